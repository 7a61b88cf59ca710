package dev.gapless.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, Workers.WORTH_IT - 1, Workers.WORTH_IT, 1000})
  void resultsComeInTheOrderOfTheItems(int count) {
    List<Integer> items = IntStream.range(0, count).boxed().toList();
    var results = new ArrayList<Integer>();
    var threads = new HashSet<Thread>();
    Workers.inOrder(
        items,
        item -> -item,
        result -> {
          results.add(result);
          threads.add(Thread.currentThread());
        });
    assertEquals(items.stream().map(item -> -item).toList(), results);
    assertTrue(threads.size() <= 1, threads.toString());
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 1000})
  void aFailureIsTheCallers(int count) {
    List<Integer> items = IntStream.range(0, count).boxed().toList();
    var results = new ArrayList<Integer>();
    var failure =
        assertThrows(
            IllegalStateException.class,
            () -> Workers.inOrder(items, item -> failingAt(item), results::add));
    assertEquals("five", failure.getMessage());
    assertEquals(List.of(0, 1, 2, 3, 4), results);
  }

  @Test
  void anErrorStaysAnError() {
    List<Integer> items = IntStream.range(0, 1000).boxed().toList();
    assertThrows(
        StackOverflowError.class,
        () ->
            Workers.inOrder(
                items,
                _ -> {
                  throw new StackOverflowError();
                },
                _ -> {}));
  }

  private static int failingAt(int item) {
    if (item == 5) {
      throw new IllegalStateException("five");
    }
    return item;
  }
}
