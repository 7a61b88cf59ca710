/// The webhook: HTTPS in, the engine's answer out.
@NullMarked
package dev.gapless.admission;

import org.jspecify.annotations.NullMarked;
