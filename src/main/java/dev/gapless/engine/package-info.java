/// Judges one object by all rules and says what follows.
@NullMarked
package dev.gapless.engine;

import org.jspecify.annotations.NullMarked;
