package dev.gapless.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gapless.kube.KubeApiServer;
import dev.gapless.reliability.GaplessProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Broken reviews by the thousand, against the packaged server: whatever is sent, it answers in
/// time, never with a failure of its own, blocks nothing on `/mutate`, and keeps nothing.
///
/// `gapless.fuzz.requests` makes it longer, `gapless.fuzz.seed` makes others; see `make fuzz`.
class FuzzIT {
  private static final int REQUESTS = Integer.getInteger("gapless.fuzz.requests", 5_000);
  private static final long SEED = Long.getLong("gapless.fuzz.seed", 20_261_121L);

  private static final int ROUNDS = 5;

  /// Rounds after which classes are loaded and buffers have their size.
  private static final int SETTLED = 1;

  /// How far the heap after a collection may rise above its settled size, in bytes. A leak of 1 KB
  /// a request would be ten times that in `make fuzz`.
  private static final double MAX_GROWTH = 8 * 1024 * 1024;

  private static final int CLIENTS = 4;
  private static final int ONE_IN_HTTP_2 = 4;
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(20);
  private static final int MAX_COMPLAINTS = 10;
  private static final JsonMapper JSON = new JsonMapper();
  private static final Pattern HEAP =
      Pattern.compile("jvm_memory_used_bytes\\{area=\"heap\"[^}]*} (\\S+)");
  private static final Pattern OUTSIDE =
      Pattern.compile(
          "jvm_(?:memory_used_bytes\\{area=\"nonheap\"|buffer_memory_used_bytes\\{)"
              + "[^}]*} (\\S+)");

  private final Mutator mutator = new Mutator(Reviews.all(), SEED);
  private final ConcurrentLinkedQueue<String> complaints = new ConcurrentLinkedQueue<>();
  private final Map<Integer, AtomicInteger> statuses = new ConcurrentSkipListMap<>();
  private final Map<String, AtomicInteger> answers = new ConcurrentHashMap<>();

  @Test
  void whateverIsSentTheServerAnswersAndKeepsNothing(@TempDir Path folder) throws Exception {
    try (GaplessProcess server = GaplessProcess.start("gapless", folder, List.of()).ready()) {
      SSLContext tls = KubeApiServer.trusting(folder.resolve("certs/ca.crt"));
      var heap = new ArrayList<Double>();
      var outside = new ArrayList<Double>();
      for (int round = 0; round < ROUNDS; round++) {
        send(round * REQUESTS / ROUNDS, (round + 1) * REQUESTS / ROUNDS, tls, server.port());
        server.collectGarbage();
        String metrics = server.metrics();
        heap.add(sum(HEAP, metrics));
        outside.add(sum(OUTSIDE, metrics));
      }
      print(heap, outside);
      assertTrue(complaints.isEmpty(), () -> String.join("\n", complaints));
      assertTrue(count("patched") > 0, "nothing was patched: were these reviews?");
      assertTrue(count("denied") > 0, "nothing was denied: were these reviews?");
      assertTrue(statuses.containsKey(400), "nothing was refused: were these broken?");
      assertTrue(server.isReady(), server::log);
      assertFalse(server.metrics().contains("gapless_internal_failures_total{"), server::log);
      assertTrue(heap.getLast() - heap.get(SETTLED) < MAX_GROWTH, () -> "the heap grew: " + heap);
      server.terminate();
      assertEquals(0, server.awaitEnd());
      assertTrue(server.log().contains("left inFlight=0"), server::log);
    }
  }

  private void send(int from, int to, SSLContext tls, int port) throws Exception {
    try (var clients = Executors.newFixedThreadPool(CLIENTS);
        HttpClient http2 =
            HttpClient.newBuilder().sslContext(tls).version(HttpClient.Version.HTTP_2).build()) {
      var running = new ArrayList<Future<?>>();
      for (int i = 0; i < CLIENTS; i++) {
        int first = from + i;
        running.add(
            clients.submit(() -> {
              try (var raw = new RawClient(tls, port, ANSWER_LIMIT)) {
                for (int number = first; number < to; number += CLIENTS) {
                  send(mutator.request(number), raw, http2, port);
                }
              }
              return null;
            }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
  }

  private void send(FuzzedRequest request, RawClient raw, HttpClient http2, int port)
      throws IOException, InterruptedException {
    RawClient.Answer answer;
    boolean overHttp2 = request.plain() && request.number() / CLIENTS % ONE_IN_HTTP_2 == 0;
    try {
      answer = overHttp2 ? sendOverHttp2(request, http2, port) : raw.send(request);
    } catch (IOException unanswered) {
      complain("no answer (" + unanswered + ")", request);
      raw.close();
      return;
    }
    statuses.computeIfAbsent(answer.status(), _ -> new AtomicInteger()).incrementAndGet();
    if (answer.status() >= 500) {
      complain("status " + answer.status(), request);
    }
    request.uid().ifPresent(uid -> judge(uid, request, answer));
  }

  private static RawClient.Answer sendOverHttp2(FuzzedRequest request, HttpClient client, int port)
      throws IOException, InterruptedException {
    String path = request.mutates() ? "/mutate" : "/validate";
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(URI.create("https://localhost:" + port + path))
                .timeout(ANSWER_LIMIT)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(request.body().getBytes()))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.version() != HttpClient.Version.HTTP_2) {
      throw new IOException("the answer came over " + response.version());
    }
    return new RawClient.Answer(response.statusCode(), response.body());
  }

  private void judge(String uid, FuzzedRequest request, RawClient.Answer answer) {
    if (answer.status() != 200) {
      complain("status " + answer.status() + " though the uid is known", request);
      return;
    }
    JsonNode response;
    try {
      response = JSON.readTree(answer.body()).path("response");
    } catch (IOException broken) {
      complain("the answer is no JSON: " + broken, request);
      return;
    }
    boolean allowed = response.path("allowed").booleanValue();
    answers
        .computeIfAbsent(
            allowed ? response.has("patch") ? "patched" : "untouched" : "denied",
            _ -> new AtomicInteger())
        .incrementAndGet();
    if (!uid.equals(response.path("uid").textValue())) {
      complain("another uid: " + response, request);
    }
    if (request.mutates() && !allowed) {
      complain("/mutate denied: " + response, request);
    }
  }

  private void complain(String what, FuzzedRequest request) {
    if (complaints.size() < MAX_COMPLAINTS) {
      complaints.add(what + ": " + request);
    }
  }

  private int count(String answer) {
    return answers.getOrDefault(answer, new AtomicInteger()).get();
  }

  private static double sum(Pattern series, String metrics) {
    return series
        .matcher(metrics)
        .results()
        .mapToDouble(it -> Double.parseDouble(it.group(1)))
        .sum();
  }

  private void print(List<Double> heap, List<Double> outside) {
    System.out.printf("%n%,d requests, seed %d%n", REQUESTS, SEED);
    System.out.println("HTTP status (0: closed without an answer): " + statuses);
    System.out.println("answers where a uid was known: " + new TreeMap<>(answers));
    System.out.println("heap after collection, MiB:        " + mebibytes(heap));
    System.out.println("classes, code and buffers, MiB:    " + mebibytes(outside));
    System.out.println();
  }

  private static String mebibytes(List<Double> bytes) {
    return bytes.stream()
        .map(it -> String.format(Locale.ROOT, "%.1f", it / (1024 * 1024)))
        .toList()
        .toString();
  }
}
