@NullMarked
package dev.gapless.golden;

import org.jspecify.annotations.NullMarked;
