/// The contract between rules and the engine.
@NullMarked
package dev.gapless.rule;

import org.jspecify.annotations.NullMarked;
