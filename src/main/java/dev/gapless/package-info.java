/// Where every command starts.
@NullMarked
package dev.gapless;

import org.jspecify.annotations.NullMarked;
