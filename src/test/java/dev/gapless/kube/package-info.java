/// A real Kubernetes API server for integration tests.
@NullMarked
package dev.gapless.kube;

import org.jspecify.annotations.NullMarked;
