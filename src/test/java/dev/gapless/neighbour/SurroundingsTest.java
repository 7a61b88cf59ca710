package dev.gapless.neighbour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gapless.workload.IntOrString;
import dev.gapless.workload.LabelSelector;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What stands around is found while it comes, changes and goes.
class SurroundingsTest {
  private static final Map<String, String> BLUE = Map.of("app", "web", "color", "blue");
  private static final Map<String, String> GREEN = Map.of("app", "web", "color", "green");
  private static final LabelSelector WEB = new LabelSelector(Map.of("app", "web"), List.of());

  private final Surroundings around = new Surroundings(_ -> true, false);

  private static Service service(String name, Map<String, String> selector) {
    return new Service(
        "shop",
        name,
        Service.Type.ClusterIP,
        false,
        selector,
        List.of(),
        false,
        false,
        Optional.empty(),
        Map.of());
  }

  private static WorkloadOutline workload(String name, Map<String, String> labels) {
    return new WorkloadOutline(
        "Deployment",
        "shop",
        name,
        labels,
        OptionalInt.of(2),
        false,
        false,
        List.of(),
        OptionalLong.of(0),
        Optional.empty());
  }

  private static PodDisruptionBudget budget(String name, LabelSelector selector) {
    return new PodDisruptionBudget(
        "shop",
        name,
        Optional.of(selector),
        Optional.of(new IntOrString.Int(1)),
        Optional.empty(),
        Optional.empty());
  }

  private static List<String> names(Optional<? extends List<? extends Neighbour>> found) {
    return found.orElseThrow().stream().map(it -> it.name()).toList();
  }

  @Test
  void howeverManyShareALabelEachIsFoundAndNoneIsLeft() {
    for (int many : List.of(1, 2, 64, 65, 100)) {
      List<String> names = IntStream.range(0, many).mapToObj("web-%03d"::formatted).toList();
      for (String name : names) {
        around.put(workload(name, BLUE));
        around.put(workload(name, BLUE));
      }
      assertEquals(names, names(around.workloadsSelected("shop", WEB)));
      assertEquals(many, around.size(NeighbourType.WORKLOAD));
      names.forEach(name -> around.put(workload(name, GREEN)));
      assertEquals(names, names(around.workloadsSelected("shop", color("green"))));
      assertEquals(List.of(), names(around.workloadsSelected("shop", color("blue"))));
      for (String name : names) {
        assertTrue(around.remove("Deployment", "shop", name), name);
      }
      assertNothingIsLeft();
    }
  }

  @Test
  void whatIsPutAgainWhereAnotherLabelHasBecomeTheRarestIsForgottenAllTheSame() {
    around.put(service("a", Map.of("app", "web", "color", "blue")));
    around.put(service("b", Map.of("app", "web")));
    around.put(service("c", Map.of("color", "blue")));
    around.put(service("d", Map.of("color", "blue")));
    around.put(service("a", Map.of("app", "web", "color", "blue")));
    around.put(budget("x", new LabelSelector(BLUE, List.of())));
    around.put(budget("all", new LabelSelector(Map.of(), List.of())));
    assertEquals(List.of("a", "b", "c", "d"), names(around.servicesSelecting("shop", BLUE)));
    assertEquals(List.of("all", "x"), names(around.budgetsSelecting("shop", BLUE)));
    around.retain("Service", (_, _) -> false);
    assertEquals(List.of("all", "x"), names(around.budgetsSelecting("shop", BLUE)));
    around.retain("PodDisruptionBudget", (_, name) -> name.equals("all"));
    assertEquals(List.of("all"), names(around.budgetsSelecting("shop", BLUE)));
    around.retain("PodDisruptionBudget", (_, _) -> false);
    assertNothingIsLeft();
  }

  private static LabelSelector color(String value) {
    return new LabelSelector(Map.of("color", value), List.of());
  }

  private void assertNothingIsLeft() {
    assertEquals(0, around.size());
    assertEquals(0, around.labels());
    for (NeighbourType type : NeighbourType.values()) {
      assertEquals(0, around.size(type));
    }
  }

  // A Service is switched from one of the pods' labels to the next, a budget between selectors, a
  // workload between revisions: whoever asks finds each once, at any moment.
  @Test
  void whoAsksWhileObjectsChangeSeesEachAsItWasOrAsItIs()
      throws ExecutionException, InterruptedException {
    var pods = new HashMap<>(BLUE);
    for (int i = 0; i < 30; i++) {
      pods.put("label-" + i, "value");
    }
    List<Service> switched =
        pods.entrySet().stream()
            .map(it -> service("switched", Map.of(it.getKey(), it.getValue())))
            .toList();
    List<Neighbour> others =
        List.of(
            budget("moved", new LabelSelector(Map.of(), List.of())),
            workload("rolled", GREEN),
            budget("moved", WEB),
            workload("rolled", BLUE));
    around.put(switched.getFirst());
    others.forEach(around::put);
    var done = new AtomicBoolean();
    var changes = new AtomicLong();
    try (var threads = Executors.newFixedThreadPool(2)) {
      var writers =
          List.<Future<?>>of(
              threads.submit(() -> {
                while (!done.get()) {
                  switched.forEach(around::put);
                  changes.incrementAndGet();
                }
              }),
              threads.submit(() -> {
                for (int i = 0; !done.get(); i++) {
                  others.forEach(around::put);
                  // Neighbours that come and go beside them.
                  around.put(workload("other-" + i % 80, Map.of("color", "green")));
                  around.remove("Deployment", "shop", "other-" + (i + 1) % 80);
                }
              }));
      try {
        for (int i = 0; i < 20_000 || changes.get() < 2_000; i++) {
          assertEquals(List.of("switched"), names(around.servicesSelecting("shop", pods)));
          if (i % 10 == 0) {
            assertEquals(List.of("moved"), names(around.budgetsSelecting("shop", pods)));
            assertEquals(List.of("rolled"), names(around.workloadsSelected("shop", WEB)));
          }
        }
      } finally {
        done.set(true);
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    }
    around.retain("Service", (_, _) -> false);
    around.retain("PodDisruptionBudget", (_, _) -> false);
    around.retain("Deployment", (_, _) -> false);
    assertNothingIsLeft();
  }
}
