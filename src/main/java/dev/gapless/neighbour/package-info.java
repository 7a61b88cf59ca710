/// The objects around a workload, as far as rules look at them, and how to find those that belong
/// together.
@NullMarked
package dev.gapless.neighbour;

import org.jspecify.annotations.NullMarked;
