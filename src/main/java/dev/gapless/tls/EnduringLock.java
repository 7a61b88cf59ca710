package dev.gapless.tls;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.Lock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A lock that fails in one way only: with any other, such as a token file that cannot be read just
/// now, an election would end for ever without telling.
record EnduringLock(Lock lock) implements Lock {
  @Override
  public @Nullable LeaderElectionRecord get(KubernetesClient client) {
    return attempt(() -> lock.get(client));
  }

  @Override
  public void create(KubernetesClient client, LeaderElectionRecord held) {
    attempt(() -> {
      lock.create(client, held);
      return held;
    });
  }

  @Override
  public void update(KubernetesClient client, LeaderElectionRecord held) {
    attempt(() -> {
      lock.update(client, held);
      return held;
    });
  }

  @Override
  public String identity() {
    return lock.identity();
  }

  @Override
  public String describe() {
    return lock.describe();
  }

  private static @Nullable LeaderElectionRecord attempt(
      Supplier<@Nullable LeaderElectionRecord> call) {
    try {
      return call.get();
    } catch (KubernetesClientException failed) {
      throw failed;
    } catch (RuntimeException failed) {
      throw new KubernetesClientException("cannot use the Lease", failed);
    }
  }
}
