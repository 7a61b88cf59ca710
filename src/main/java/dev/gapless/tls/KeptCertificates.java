package dev.gapless.tls;

import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// All that the Secret holds: what is served, what will be, and which old CAs are still trusted. It
/// is the whole state of a rotation, so whoever leads next can go on with it.
///
/// @param current what all replicas serve
/// @param next what they will serve once both webhook configurations carry its CA
/// @param retired CAs that a replica cut off from the API server may still serve under
/// @param trustedSince since when both webhook configurations have carried the CA of `next`
record KeptCertificates(
    Slot current, Slot next, List<X509Certificate> retired, Optional<Instant> trustedSince) {
  static final KeptCertificates NONE =
      new KeptCertificates(new Slot.Absent(), new Slot.Absent(), List.of(), Optional.empty());

  private static final String CERTIFICATE = "tls.crt";
  private static final String KEY = "tls.key";
  private static final String CA = "ca.crt";
  private static final String NEXT = "next-";
  private static final String RETIRED = "retired-ca.crt";
  private static final String TRUSTED_SINCE = "next-trusted-since";

  /// The Secret's keys that are ours.
  static final Set<String> KEYS =
      Set.of(
          CERTIFICATE, KEY, CA, NEXT + CERTIFICATE, NEXT + KEY, NEXT + CA, RETIRED, TRUSTED_SINCE);

  KeptCertificates {
    retired = List.copyOf(retired);
  }

  /// Reads a Secret's decoded data; what cannot be used becomes a broken slot or is left out.
  static KeptCertificates read(Map<String, String> data) {
    return new KeptCertificates(
        slot(data, ""),
        slot(data, NEXT),
        CaBundle.readable(data.getOrDefault(RETIRED, "")),
        instant(data.getOrDefault(TRUSTED_SINCE, "")));
  }

  private static Slot slot(Map<String, String> data, String prefix) {
    if (Set.of(prefix + CERTIFICATE, prefix + KEY, prefix + CA).stream()
        .noneMatch(data::containsKey)) {
      return new Slot.Absent();
    }
    List<X509Certificate> authorities = CaBundle.readable(data.getOrDefault(prefix + CA, ""));
    Optional<X509Certificate> authority = authorities.stream().findFirst();
    try {
      ServerKey serverKey =
          Pem.read(
              prefix + CERTIFICATE,
              data.getOrDefault(prefix + CERTIFICATE, ""),
              prefix + KEY,
              data.getOrDefault(prefix + KEY, ""));
      if (authority.isEmpty()) {
        return new Slot.Broken(prefix + CA + ": holds no certificate", authority);
      }
      var credential = new Credential(serverKey, authority.get());
      return credential.fits()
          ? new Slot.Usable(credential)
          : new Slot.Broken(prefix + CA + ": has not signed " + prefix + CERTIFICATE, authority);
    } catch (UnusableCertificateException unusable) {
      return new Slot.Broken(String.valueOf(unusable.getMessage()), authority);
    } catch (RuntimeException broken) {
      return new Slot.Broken(prefix + KEY + ": cannot be used (" + broken + ")", authority);
    }
  }

  private static Optional<Instant> instant(String text) {
    try {
      return text.isBlank() ? Optional.empty() : Optional.of(Instant.parse(text.strip()));
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }

  /// The Secret's data, not yet encoded; broken slots are left out.
  Map<String, String> data() {
    var data = new LinkedHashMap<String, String>();
    put(data, "", current);
    put(data, NEXT, next);
    if (!retired.isEmpty()) {
      data.put(RETIRED, Pem.text(retired));
    }
    trustedSince.ifPresent(since -> data.put(TRUSTED_SINCE, since.toString()));
    return data;
  }

  private static void put(Map<String, String> data, String prefix, Slot slot) {
    if (slot instanceof Slot.Usable(Credential credential)) {
      data.put(prefix + CERTIFICATE, Pem.text(credential.serverKey().chain()));
      data.put(prefix + KEY, Pem.text("PRIVATE KEY", credential.serverKey().key().getEncoded()));
      data.put(prefix + CA, Pem.text(List.of(credential.ca())));
    }
  }

  /// What a replica serves: the current credential; without one what it has at hand, as long as
  /// that is valid; and the next one rather than nothing.
  Optional<ServerKey> served(Optional<ServerKey> atHand, Instant now) {
    return current
        .at(now)
        .map(Credential::serverKey)
        .or(() -> atHand.filter(key -> key.validAt(now)))
        .or(() -> next.at(now).map(Credential::serverKey))
        .or(() -> atHand);
  }
}
