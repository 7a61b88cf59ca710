/// The installation: manifests, chart and image as a user gets them.
@NullMarked
package dev.gapless.deploy;

import org.jspecify.annotations.NullMarked;
