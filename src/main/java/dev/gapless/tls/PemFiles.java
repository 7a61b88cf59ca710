package dev.gapless.tls;

import java.nio.file.Path;

/// A key and a certificate that somebody else issues, in PEM files.
public final class PemFiles implements CertificateSource {
  private final Path certificate;
  private final ServerKey key;

  private PemFiles(Path certificate, ServerKey key) {
    this.certificate = certificate;
    this.key = key;
  }

  /// Reads both files.
  ///
  /// @param certificate the server's certificate, then those between it and its CA
  /// @throws UnusableCertificateException when they cannot be read or do not belong together
  public static PemFiles of(Path certificate, Path key) {
    return new PemFiles(certificate, Pem.read(certificate, key));
  }

  @Override
  public ServerKey current() {
    return key;
  }

  @Override
  public String description() {
    return certificate
        + " (configured, valid until "
        + key.certificate().getNotAfter().toInstant()
        + ")";
  }
}
