package dev.gapless.cli;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;

/// Does many pieces of work on all processors, and takes the results in the order of the work.
final class Workers {
  /// Below it, threads cost more than they bring.
  static final int WORTH_IT = 64;

  // Enough that no processor waits, and few enough that what is under way stays small.
  private static final int AHEAD_OF_EACH = 4;

  private Workers() {}

  /// Does the work on each item; `then` is called by this very thread.
  static <T, R> void inOrder(List<T> items, Function<T, R> work, Consumer<R> then) {
    int processors = Runtime.getRuntime().availableProcessors();
    if (items.size() < WORTH_IT || processors == 1) {
      items.forEach(item -> then.accept(work.apply(item)));
      return;
    }
    ExecutorService pool =
        Executors.newFixedThreadPool(processors, Thread.ofPlatform().daemon().factory());
    try {
      var ahead = new ArrayDeque<Future<R>>();
      for (T item : items) {
        ahead.add(pool.submit(() -> work.apply(item)));
        if (ahead.size() > processors * AHEAD_OF_EACH) {
          then.accept(result(ahead.remove()));
        }
      }
      while (!ahead.isEmpty()) {
        then.accept(result(ahead.remove()));
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private static <R> R result(Future<R> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new IllegalStateException("a piece of work failed", e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a piece of work", e);
    }
  }
}
