package dev.gapless.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Lists a cluster's objects as an API server does, and never has anything new to tell. To store
/// tens of thousands of objects in a real one takes minutes, and says nothing of who reads them.
final class StoredCluster implements AutoCloseable {
  private static final Map<String, String> KINDS =
      Map.of(
          "deployments", "Deployment",
          "services", "Service",
          "horizontalpodautoscalers", "HorizontalPodAutoscaler",
          "poddisruptionbudgets", "PodDisruptionBudget");

  private final SampleCluster cluster;
  private final HttpServer http;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch closed = new CountDownLatch(1);

  private StoredCluster(SampleCluster cluster, HttpServer http) {
    this.cluster = cluster;
    this.http = http;
  }

  static StoredCluster of(SampleCluster cluster) throws IOException {
    var http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    var stored = new StoredCluster(cluster, http);
    http.setExecutor(stored.threads);
    http.createContext("/", stored::answer);
    http.start();
    return stored;
  }

  /// Writes a kubeconfig that leads here.
  Path kubeconfig(Path folder) throws IOException {
    return Files.writeString(
        folder.resolve("kubeconfig"),
        """
        apiVersion: v1
        kind: Config
        current-context: stored
        clusters: [{name: stored, cluster: {server: "http://127.0.0.1:%d"}}]
        users: [{name: stored, user: {token: any}}]
        contexts: [{name: stored, context: {cluster: stored, user: stored}}]
        """
            .formatted(http.getAddress().getPort()));
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String query = exchange.getRequestURI().getQuery();
    try (exchange) {
      if (query != null && query.contains("watch=1")) {
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().flush();
        closed.await();
        return;
      }
      byte[] body =
          (path.equals("/version")
                  ? "{\"major\": \"1\", \"minor\": \"34\", \"gitVersion\": \"v1.34.4\"}"
                  : list(path.substring(path.lastIndexOf('/') + 1), query == null ? "" : query))
              .getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private String list(String plural, String query) {
    Map<String, Integer> parameters =
        Arrays.stream(query.split("&"))
            .map(it -> it.split("="))
            .filter(it -> it.length == 2 && it[1].matches("\\d+"))
            .collect(Collectors.toMap(it -> it[0], it -> Integer.valueOf(it[1])));
    int first = parameters.getOrDefault("continue", 0);
    int last = Math.min(first + parameters.getOrDefault("limit", 1), cluster.workloads());
    String kind = KINDS.getOrDefault(plural, "");
    String items =
        kind.isEmpty()
            ? ""
            : IntStream.range(first, last)
                .mapToObj(it -> cluster.object(kind, it).toString())
                .collect(Collectors.joining(","));
    String next = kind.isEmpty() || last == cluster.workloads() ? "" : Integer.toString(last);
    return "{\"kind\": \"List\", \"metadata\": {\"resourceVersion\": \"1\", \"continue\": \"%s\"}, \"items\": [%s]}"
        .formatted(next, items);
  }

  @Override
  public void close() {
    closed.countDown();
    http.stop(0);
    threads.shutdownNow();
  }
}
