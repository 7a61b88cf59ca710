/// What is asked of whom: policies, modes, exemptions.
@NullMarked
package dev.gapless.policy;

import org.jspecify.annotations.NullMarked;
