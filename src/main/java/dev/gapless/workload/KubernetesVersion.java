package dev.gapless.workload;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A minor release of Kubernetes, which decides what fields an API server understands.
public record KubernetesVersion(int major, int minor) implements Comparable<KubernetesVersion> {
  /// The newest release this build was written for.
  public static final KubernetesVersion NEWEST_KNOWN = new KubernetesVersion(1, 36);

  /// From this release on the `sleep` action works without a feature gate (PodLifecycleSleepAction
  /// is beta and on).
  public static final KubernetesVersion SLEEP_ACTION = new KubernetesVersion(1, 30);

  private static final Pattern FORM = Pattern.compile("v?(\\d{1,3})\\.(\\d{1,4})\\+?([.+-].*)?");

  /// Reads `1.34`, `v1.34.4` and what clouds make of it (`1.34+`, `v1.33.2-gke.100`); empty for
  /// anything else.
  public static Optional<KubernetesVersion> parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    return Optional.of(
        new KubernetesVersion(
            Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))));
  }

  /// Whether this release is the other or a later one.
  public boolean atLeast(KubernetesVersion other) {
    return compareTo(other) >= 0;
  }

  @Override
  public int compareTo(KubernetesVersion other) {
    return major != other.major
        ? Integer.compare(major, other.major)
        : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
