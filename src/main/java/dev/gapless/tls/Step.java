package dev.gapless.tls;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/// What the leader does next.
sealed interface Step {

  /// Why a new credential is made.
  enum Cause {
    MISSING,
    BROKEN,
    EXPIRED,
    DUE,
    RENAMED
  }

  /// What a write to the Secret records.
  enum Move {
    /// Both configurations carry the next CA.
    TRUSTED,
    /// They do no longer, so the wait begins anew.
    DISTRUSTED,
    /// The next credential is now the one to serve.
    PROMOTED,
    /// What has ended, or was left half done, is gone.
    TIDIED
  }

  /// Makes a CA and a certificate and keeps them as the next ones.
  ///
  /// @param basis what to keep beside them
  record Issue(Cause cause, String reason, KeptCertificates basis) implements Step {}

  /// Writes the Secret.
  record Write(Move move, KeptCertificates content) implements Step {}

  /// Puts a bundle into webhook configurations.
  record Register(List<Registration> registrations, List<X509Certificate> bundle) implements Step {}

  /// Does nothing before that moment, unless something changes.
  record Rest(Instant until) implements Step {}
}
