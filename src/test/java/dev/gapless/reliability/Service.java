package dev.gapless.reliability;

import dev.gapless.kube.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Two replicas of Gapless behind one address, as a Deployment and a Service make them.
final class Service implements AutoCloseable {
  private static final int REPLICAS = 2;
  private static final Duration BELIEF_LIMIT = Duration.ofSeconds(30);

  private final Path folder;
  private final List<String> options;
  private final Endpoints endpoints = new Endpoints();
  private final Forwarder overHttp1 = Forwarder.to(endpoints::next);
  private final Forwarder overHttp2 = Forwarder.to(endpoints::next);
  private final List<GaplessProcess> replicas = new ArrayList<>();
  private int started;

  /// Starts nothing yet.
  ///
  /// @param options of each replica's `serve`
  Service(Path folder, List<String> options) {
    this.folder = folder;
    this.options = options;
  }

  /// Starts what is missing of two replicas and waits until both get connections.
  void complete() {
    replicas.removeIf(it -> {
      if (it.isReady()) {
        return false;
      }
      endpoints.remove(it);
      it.close();
      return true;
    });
    while (replicas.size() < REPLICAS) {
      add();
    }
  }

  /// Starts one more replica and waits until it gets connections.
  GaplessProcess add() {
    started++;
    GaplessProcess replica = GaplessProcess.start("gapless-" + started, folder, options);
    replicas.add(replica);
    replica.ready();
    endpoints.add(replica);
    Await.until(
        replica.name() + " to get connections", BELIEF_LIMIT, () -> endpoints.believes(replica));
    return replica;
  }

  /// The replicas, the oldest first.
  List<GaplessProcess> replicas() {
    return List.copyOf(replicas);
  }

  /// Takes a replica out of the endpoints, as the deletion of its pod does.
  void delete(GaplessProcess replica) {
    endpoints.delete(replica);
  }

  /// Forgets a replica that has ended.
  void remove(GaplessProcess replica) {
    endpoints.remove(replica);
    replicas.remove(replica);
    replica.close();
  }

  /// The connections by which the API server speaks HTTP/1.1.
  Forwarder overHttp1() {
    return overHttp1;
  }

  /// The connections by which the API server speaks HTTP/2.
  Forwarder overHttp2() {
    return overHttp2;
  }

  /// The URL by which the API server speaks HTTP/1.1, as it does with every webhook in a cluster.
  ///
  /// It offers HTTP/2 to the loopback only, and does not know that one that names no host ends
  /// there, too.
  String http1Url() {
    return "https://0.0.0.0:" + overHttp1.port();
  }

  /// The URL by which the API server speaks HTTP/2.
  String http2Url() {
    return "https://localhost:" + overHttp2.port();
  }

  @Override
  public void close() {
    endpoints.close();
    replicas.forEach(GaplessProcess::close);
    overHttp1.close();
    overHttp2.close();
  }
}
