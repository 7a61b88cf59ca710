package dev.gapless.workload;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What runs in a container, and how it is set up.
///
/// @param image the reference as written; empty where there is none
/// @param words `command` and `args`, one after the other
/// @param env the variables by name; empty where the value comes from elsewhere
/// @param envFrom whether more variables come from elsewhere
public record Program(
    String image, List<String> words, Map<String, Optional<String>> env, boolean envFrom) {

  /// The image's name.
  public ImageName imageName() {
    return ImageName.parse(image);
  }
}
