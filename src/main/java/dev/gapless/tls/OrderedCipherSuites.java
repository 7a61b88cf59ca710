package dev.gapless.tls;

import io.netty.handler.ssl.SslProvider;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.spi.tls.DefaultSslContextFactory;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.LinkedHashSet;
import java.util.Set;

/// The JDK's TLS with our order of cipher suites, which Vert.x's own options lose in a hash set.
final class OrderedCipherSuites extends JdkSSLEngineOptions {

  @Override
  public JdkSSLEngineOptions copy() {
    return new OrderedCipherSuites();
  }

  @Override
  public SslContextFactory sslContextFactory() {
    return new DefaultSslContextFactory(SslProvider.JDK, false) {
      @Override
      public SslContextFactory enabledCipherSuites(Set<String> unordered) {
        return super.enabledCipherSuites(new LinkedHashSet<>(CipherSuites.cheapestFirst()));
      }
    };
  }
}
