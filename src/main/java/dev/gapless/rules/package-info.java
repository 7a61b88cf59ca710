/// Every rule, one file each, and their catalogue.
@NullMarked
package dev.gapless.rules;

import org.jspecify.annotations.NullMarked;
