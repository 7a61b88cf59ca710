/// The Kubernetes API server, when there is one.
@NullMarked
package dev.gapless.cluster;

import org.jspecify.annotations.NullMarked;
