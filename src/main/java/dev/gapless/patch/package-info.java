/// Edits to a raw tree and the RFC 6902 operations that say the same.
@NullMarked
package dev.gapless.patch;

import org.jspecify.annotations.NullMarked;
