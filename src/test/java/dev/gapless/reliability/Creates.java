package dev.gapless.reliability;

import dev.gapless.kube.ApiResponse;
import dev.gapless.kube.Await;
import dev.gapless.kube.KubeApiServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// Deployments created at a steady pace, as dry runs: nothing is stored, both webhooks are called.
final class Creates implements AutoCloseable {
  /// Creates a second.
  static final int RATE = 40;

  private static final long INTERVAL_NANOS = Duration.ofSeconds(1).toNanos() / RATE;
  private static final int MAX_IN_FLIGHT = 64;
  private static final int MAX_COMPLAINTS = 5;
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private static final String DEPLOYMENT =
      """
      {"apiVersion": "apps/v1", "kind": "Deployment",
       "metadata": {"name": "NAME"},
       "spec": {
         "replicas": 3,
         "selector": {"matchLabels": {"app": "web"}},
         "template": {
           "metadata": {"labels": {"app": "web"}},
           "spec": {"containers": [{
             "name": "web", "image": "example.com/web:1",
             "ports": [{"name": "http", "containerPort": 8080}],
             "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}}}]}}}}
      """;

  private final KubeApiServer server;
  private final String path;
  private final Semaphore room = new Semaphore(MAX_IN_FLIGHT);
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private final AtomicInteger unpatched = new AtomicInteger();
  private final ConcurrentLinkedQueue<Double> millis = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<String> complaints = new ConcurrentLinkedQueue<>();
  private final Thread pacer;

  private Creates(KubeApiServer server, String namespace) {
    this.server = server;
    this.path = "/apis/apps/v1/namespaces/" + namespace + "/deployments?dryRun=All";
    this.pacer = Thread.ofVirtual().name("pacer").unstarted(this::pace);
  }

  /// Begins to create in a namespace.
  static Creates steadily(KubeApiServer server, String namespace) {
    var creates = new Creates(server, namespace);
    creates.pacer.start();
    return creates;
  }

  /// Creates one.
  static Tally one(KubeApiServer server, String namespace) {
    var one = new Creates(server, namespace);
    one.sent.incrementAndGet();
    one.create(0);
    return one.tally();
  }

  /// Creates many at once, so that the API server keeps as many connections open afterwards.
  static void burst(KubeApiServer server, String namespace, int width) throws InterruptedException {
    var burst = new Creates(server, namespace);
    List<Thread> threads =
        java.util.stream.IntStream.range(0, width)
            .mapToObj(it -> Thread.ofVirtual().start(() -> burst.create(it)))
            .toList();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void pace() {
    long next = System.nanoTime();
    while (!stopping.get()) {
      room.acquireUninterruptibly();
      int number = sent.incrementAndGet();
      Thread.ofVirtual()
          .start(() -> {
            try {
              create(number);
            } finally {
              answered.incrementAndGet();
              room.release();
            }
          });
      next += INTERVAL_NANOS;
      LockSupport.parkNanos(next - System.nanoTime());
    }
  }

  private void create(int number) {
    long start = System.nanoTime();
    try {
      ApiResponse response =
          server.send(
              "POST", path, "application/json", DEPLOYMENT.replace("NAME", "web-" + number));
      millis.add((System.nanoTime() - start) / 1e6);
      if (!response.accepted()) {
        failed(response.status() + " " + response.message());
      } else if (response
          .body()
          .at("/spec/template/spec/containers/0/lifecycle/preStop/sleep/seconds")
          .isMissingNode()) {
        unpatched.incrementAndGet();
      }
    } catch (RuntimeException unanswered) {
      failed(String.valueOf(unanswered.getCause()));
    }
  }

  private void failed(String complaint) {
    failed.incrementAndGet();
    if (complaints.size() < MAX_COMPLAINTS) {
      complaints.add(java.time.Instant.now() + " " + complaint);
    }
  }

  /// Those sent so far.
  int sent() {
    return sent.get();
  }

  /// Those that came to an end so far, well or not.
  int answered() {
    return answered.get();
  }

  /// Goes on until so many were sent in all.
  Creates untilSent(int count) {
    Await.until(count + " creates to be sent", LIMIT, () -> sent.get() >= count);
    return this;
  }

  /// Goes on until so many more were sent: time that passes under load.
  Creates untilSentMore(int count) {
    return untilSent(sent.get() + count);
  }

  /// Stops, waits for the last answers and counts.
  Tally stop() {
    stopping.set(true);
    try {
      pacer.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    room.acquireUninterruptibly(MAX_IN_FLIGHT);
    room.release(MAX_IN_FLIGHT);
    return tally();
  }

  private Tally tally() {
    return new Tally(
        sent.get(), failed.get(), unpatched.get(), List.copyOf(millis), List.copyOf(complaints));
  }

  @Override
  public void close() {
    stopping.set(true);
  }
}
