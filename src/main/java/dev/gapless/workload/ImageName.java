package dev.gapless.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// What an image reference says of its image, wherever a mirror keeps a copy of it.
///
/// @param repository with its registry, as in `registry.example:5000/team/app`
/// @param tag `latest` where neither tag nor digest is given; empty where only a digest is
public record ImageName(String repository, Optional<String> tag) {
  private static final int MOST_PARTS = 3;

  /// Reads `repository`, `repository:tag`, `repository@digest` and `repository:tag@digest`.
  public static ImageName parse(String reference) {
    int at = reference.indexOf('@');
    String name = at < 0 ? reference : reference.substring(0, at);
    // A colon before the last slash stands before the registry's port.
    int colon = name.indexOf(':', name.lastIndexOf('/') + 1);
    if (colon >= 0) {
      return new ImageName(name.substring(0, colon), Optional.of(name.substring(colon + 1)));
    }
    return new ImageName(name, at < 0 ? Optional.of("latest") : Optional.empty());
  }

  /// Whether the last parts of the repository match, whatever registry and folders a mirror has put
  /// before them; at most the last three are looked at.
  public boolean endsWith(Pattern parts) {
    return endings().stream().anyMatch(it -> parts.matcher(it).matches());
  }

  /// The last part of the repository, the last two and the last three.
  public List<String> endings() {
    var endings = new ArrayList<String>(MOST_PARTS);
    int slash = repository.length();
    for (int i = 0; i < MOST_PARTS && slash >= 0; i++) {
      slash = repository.lastIndexOf('/', slash - 1);
      endings.add(repository.substring(slash + 1));
    }
    return endings;
  }
}
