package dev.gapless.workload;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
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

  private static final Pattern SECONDS = Pattern.compile("(\\d{1,9})s?");
  private static final Pattern PLAIN_SLEEP =
      Pattern.compile("\\s*(?:exec\\s+)?sleep\\s+(\\d{1,9})s?\\s*;?\\s*");
  private static final Pattern SHELL = Pattern.compile("(?:.*/)?(?:sh|bash|ash|dash)");
  private static final Pattern SLEEP = Pattern.compile("(?:.*/)?sleep");

  /// Whether any handler stands here at all.
  public boolean hasHandler() {
    return sleepSeconds.isPresent() || execCommand.isPresent() || other;
  }

  /// How many seconds the hook certainly waits: a `sleep` action, or an `exec` that does nothing
  /// else than sleep.
  ///
  /// Empty where that cannot be told.
  public Optional<Long> waitSeconds() {
    return sleepSeconds.or(() -> execCommand.flatMap(PreStop::plainSleep));
  }

  /// How many seconds the hook sleeps at least when nothing in it fails: a known wait, or the
  /// sleeps of a script that does other things too.
  ///
  /// Empty where it does not sleep, or where that cannot be told.
  public Optional<Long> sleepsSeconds() {
    return waitSeconds().or(() -> execCommand.flatMap(HookScript::sleeps));
  }

  static boolean isShell(String program) {
    return SHELL.matcher(program).matches();
  }

  private static Optional<Long> plainSleep(List<String> command) {
    if (command.size() == 2 && SLEEP.matcher(command.getFirst()).matches()) {
      return seconds(SECONDS.matcher(command.getLast()));
    }
    if (command.size() == 3 && isShell(command.getFirst()) && command.get(1).equals("-c")) {
      return seconds(PLAIN_SLEEP.matcher(command.getLast()));
    }
    return Optional.empty();
  }

  private static Optional<Long> seconds(Matcher matcher) {
    return matcher.matches() ? Optional.of(Long.valueOf(matcher.group(1))) : Optional.empty();
  }
}
