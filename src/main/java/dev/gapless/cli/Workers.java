package dev.gapless.cli;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

  // A thread that is handed pieces one by one spends much of its time on being woken for each.
  private static final int AT_ONCE = 4;

  // Enough that no processor waits, and few enough that what is under way stays small.
  private static final int AHEAD_OF_EACH = 2;

  private Workers() {}

  /// What came of some pieces of work, up to one that failed.
  private record Done<R>(List<R> results, Optional<Throwable> failure) {}

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
      var ahead = new ArrayDeque<Future<Done<R>>>();
      for (int at = 0; at < items.size(); at += AT_ONCE) {
        List<T> some = items.subList(at, Math.min(at + AT_ONCE, items.size()));
        ahead.add(pool.submit(() -> done(some, work)));
        if (ahead.size() > processors * AHEAD_OF_EACH) {
          handOn(ahead.remove(), then);
        }
      }
      while (!ahead.isEmpty()) {
        handOn(ahead.remove(), then);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  private static <T, R> Done<R> done(List<T> items, Function<T, R> work) {
    var results = new ArrayList<R>(items.size());
    try {
      items.forEach(item -> results.add(work.apply(item)));
      return new Done<>(results, Optional.empty());
    } catch (RuntimeException | Error e) {
      return new Done<>(results, Optional.of(e));
    }
  }

  private static <R> void handOn(Future<Done<R>> future, Consumer<R> then) {
    try {
      Done<R> done = future.get();
      done.results().forEach(then);
      switch (done.failure().orElse(null)) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> {}
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a piece of work failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a piece of work", e);
    }
  }
}
