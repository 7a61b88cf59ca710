/// The server's key and certificate: where they come from and how they are switched.
@NullMarked
package dev.gapless.tls;

import org.jspecify.annotations.NullMarked;
