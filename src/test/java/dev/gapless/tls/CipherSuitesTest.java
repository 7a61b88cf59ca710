package dev.gapless.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

class CipherSuitesTest {
  @Test
  void theDefaultSuitesAreOfferedAndNoOthers() throws Exception {
    List<String> defaults =
        List.of(SSLContext.getDefault().getDefaultSSLParameters().getCipherSuites());
    assertEquals(Set.copyOf(defaults), Set.copyOf(CipherSuites.cheapestFirst()));
    assertEquals(defaults.size(), CipherSuites.cheapestFirst().size());
  }

  @Test
  void chaChaComesFirstInBothVersionsOfTls() {
    List<String> suites = CipherSuites.cheapestFirst();
    assertEquals("TLS_CHACHA20_POLY1305_SHA256", suites.getFirst());
    assertTrue(
        suites.indexOf("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256")
            < suites.indexOf("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
        suites.toString());
  }
}
