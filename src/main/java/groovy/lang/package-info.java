/// A name that a library looks for.
@NullMarked
package groovy.lang;

import org.jspecify.annotations.NullMarked;
