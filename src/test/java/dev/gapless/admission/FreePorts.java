package dev.gapless.admission;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/// Boots the server on ports that the system chooses, with its certificate out of the way.
public final class FreePorts implements QuarkusTestProfile {

  @Override
  public Map<String, String> getConfigOverrides() {
    return Map.of(
        "quarkus.http.test-ssl-port", "0",
        "quarkus.management.test-port", "0",
        "gapless.tls.certs-dir", "target/test-certs",
        "gapless.shutdown.delay", "0s",
        "gapless.shutdown.drain", "100ms");
  }
}
