package dev.gapless.workload;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a container does before it gets SIGTERM; the API server accepts exactly one of the
/// handlers.
///
/// @param sleepSeconds the `sleep` action's seconds
/// @param execCommand the `exec` action's command
/// @param other whether an `httpGet` or `tcpSocket` action stands there
public record PreStop(
    FieldPath path,
    Optional<Long> sleepSeconds,
    Optional<List<String>> execCommand,
    boolean other) {

  /// The seconds of a hook that never ends by itself.
  public static final long FOR_EVER = Long.MAX_VALUE;

  // The longest command that is looked into: no script by hand comes near it, and what a review
  // costs must not grow with a text that nobody can read.
  private static final int MOST_CHARACTERS = 8 * 1024;

  private static final Pattern SHELL = Pattern.compile("(?:.*/)?(?:sh|bash|ash|dash)");
  private static final Pattern SLEEP = Pattern.compile("(?:.*/)?sleep");

  /// Whether any handler stands here at all.
  public boolean hasHandler() {
    return sleepSeconds.isPresent() || execCommand.isPresent() || other;
  }

  /// The `exec` action's command; empty also where it is too long to be looked into.
  public Optional<List<String>> readableCommand() {
    return execCommand.filter(it -> it.stream().mapToLong(String::length).sum() <= MOST_CHARACTERS);
  }

  /// How many whole seconds the hook certainly waits: a `sleep` action, or an `exec` that does
  /// nothing else than sleep, and not for ever.
  ///
  /// Empty where that cannot be told.
  public Optional<Long> waitSeconds() {
    return sleepSeconds.or(
        () -> readableCommand().flatMap(PreStop::plainSleep).filter(it -> it != FOR_EVER));
  }

  /// How many whole seconds the hook sleeps at least when nothing in it fails: a known wait, or the
  /// sleeps of a script that does other things too; may be [#FOR_EVER].
  ///
  /// Empty where it does not sleep, or where that cannot be told.
  public Optional<Long> sleepsSeconds() {
    return sleepSeconds.or(
        () -> readableCommand().flatMap(it -> plainSleep(it).or(() -> HookScript.sleeps(it))));
  }

  static boolean isShell(String program) {
    return SHELL.matcher(program).matches();
  }

  private static Optional<Long> plainSleep(List<String> command) {
    if (command.size() == 2 && SLEEP.matcher(command.getFirst()).matches()) {
      return HookScript.amount(command.getLast());
    }
    if (command.size() == 3 && isShell(command.getFirst()) && command.get(1).equals("-c")) {
      return HookScript.plainSleep(command.getLast());
    }
    return Optional.empty();
  }
}
