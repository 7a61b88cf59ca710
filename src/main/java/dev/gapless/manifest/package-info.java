/// Reads manifests as kubectl reads them, with the place of every field, and writes them back.
@NullMarked
package dev.gapless.manifest;

import org.jspecify.annotations.NullMarked;
