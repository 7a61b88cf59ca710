/// Proof that Gapless loses no admission while it is restarted, cut off or killed.
@NullMarked
package dev.gapless.reliability;

import org.jspecify.annotations.NullMarked;
