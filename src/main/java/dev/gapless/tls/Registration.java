package dev.gapless.tls;

import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;

/// A webhook configuration as far as trust goes.
///
/// @param resource its resource's name
/// @param version its resource version
/// @param bundles the `caBundle` of each of its webhooks as PEM text, empty where there is none
record Registration(String resource, String name, String version, List<String> bundles) {

  Registration {
    bundles = List.copyOf(bundles);
  }

  /// Whether all of its webhooks are trusted by exactly these CAs.
  boolean carries(Collection<X509Certificate> wanted) {
    return bundles.stream().allMatch(bundle -> CaBundle.isExactly(bundle, wanted));
  }
}
