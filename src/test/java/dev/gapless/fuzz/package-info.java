/// Proof that nothing a client sends breaks the server.
@NullMarked
package dev.gapless.fuzz;

import org.jspecify.annotations.NullMarked;
