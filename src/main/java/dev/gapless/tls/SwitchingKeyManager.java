package dev.gapless.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// Serves with a key that can be switched at any moment: handshakes under way finish with the old
/// one, open connections notice nothing.
public final class SwitchingKeyManager extends X509ExtendedKeyManager {
  // An alias stands for one key, so that a handshake that began before a switch gets key and
  // certificate of one pair.
  private record Held(String alias, ServerKey serverKey, @Nullable Held previous) {}

  private final AtomicReference<@Nullable Held> held = new AtomicReference<>();

  /// Has no key yet: until it is given one, every handshake fails.
  public SwitchingKeyManager() {}

  /// @param first the key to begin with
  public SwitchingKeyManager(ServerKey first) {
    switchTo(first);
  }

  /// Serves with another key from now on.
  public void switchTo(ServerKey next) {
    held.updateAndGet(old ->
        old == null
            ? new Held("0", next, null)
            : new Held(
                Long.toString(Long.parseLong(old.alias()) + 1),
                next,
                new Held(old.alias(), old.serverKey(), null)));
  }

  /// The key that new handshakes get.
  public Optional<ServerKey> current() {
    return Optional.ofNullable(held.get()).map(Held::serverKey);
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return alias(keyType);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return alias(keyType);
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    String alias = alias(keyType);
    return alias == null ? null : new String[] {alias};
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    Held one = of(alias);
    return one == null ? null : one.serverKey().chain().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    Held one = of(alias);
    return one == null ? null : one.serverKey().key();
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }

  // TLS 1.2 asks for "EC_EC" or "EC_RSA" where the CA's key type counts too.
  private @Nullable String alias(String keyType) {
    Held now = held.get();
    if (now == null) {
      return null;
    }
    String algorithm = now.serverKey().key().getAlgorithm();
    return keyType.equals(algorithm) || keyType.startsWith(algorithm + "_") ? now.alias() : null;
  }

  private @Nullable Held of(String alias) {
    Held now = held.get();
    if (now == null || now.alias().equals(alias)) {
      return now;
    }
    Held previous = now.previous();
    return previous != null && previous.alias().equals(alias) ? previous : null;
  }
}
