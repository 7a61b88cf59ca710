package dev.gapless.workload;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a hook's command line tells of its time without being run.
final class HookScript {
  /// Loops, conditions, functions, background jobs and substitutions: what hides how often a
  /// command runs, if at all.
  private static final Pattern HIDDEN =
      Pattern.compile(
          "[`(){}\\\\\"'#]|<<|(?<![&>])&(?![&>\\d])"
              + "|(?:^|[\\s;&|])(?:if|then|while|until|for|case|do|eval|set|trap|exec|return|source"
              + "|\\.|timeout|wait|!)(?=\\s)");

  private static final Pattern QUOTED = Pattern.compile("'[^']*'|\"[^\"`]*\"");
  // Bounded: from each digit of a long run all the others would be tried.
  private static final Pattern REDIRECT =
      Pattern.compile("(?<!\\d)\\d{0,3}>>?\\s*+(?:&\\d+|[^\\s;&|]+)");
  private static final Pattern SEPARATOR = Pattern.compile("&&|\\|\\||;|\\n");

  /// What `sleep` is told; `infinity` and the units are GNU's and busybox's.
  private static final String AMOUNT =
      "(?:(?<number>\\d{1,9}(?:\\.\\d{1,9})?)(?<unit>[smhd]?)|(?i:inf(?:inity)?))";

  private static final Pattern ALONE = Pattern.compile(AMOUNT);
  private static final Pattern SLEEP = Pattern.compile("(?:\\S*/)?sleep\\s+" + AMOUNT);
  private static final Pattern PLAIN_SLEEP =
      Pattern.compile("\\s*(?:exec\\s+)?sleep\\s+" + AMOUNT + "\\s*+;?\\s*");
  private static final Pattern SUCCEEDS = Pattern.compile("(?:echo\\s.*|true|:)");
  private static final Pattern EXIT = Pattern.compile("exit(?:\\s.*)?");
  private static final Pattern SHELL_FLAGS = Pattern.compile("-[a-z]*c");

  private HookScript() {}

  /// How many whole seconds a `sleep` program sleeps that is told this; empty where that is no
  /// time.
  static Optional<Long> amount(String told) {
    return known(ALONE.matcher(told));
  }

  /// How many whole seconds a script sleeps that does nothing else; empty where it does.
  static Optional<Long> plainSleep(String script) {
    return known(PLAIN_SLEEP.matcher(script));
  }

  /// How many seconds of plain sleeping a command asks for, where it is a script of one command
  /// after the other. Sleeps that a failing command before them leaves out do not count.
  ///
  /// Empty where it asks for none, or where that cannot be told.
  static Optional<Long> sleeps(List<String> command) {
    if (command.size() != 3
        || !PreStop.isShell(command.getFirst())
        || !SHELL_FLAGS.matcher(command.get(1)).matches()) {
      return Optional.empty();
    }
    boolean stopsOnError = command.get(1).contains("e");
    long sum = script(command.getLast(), stopsOnError);
    return sum > 0 ? Optional.of(sum) : Optional.empty();
  }

  private static long script(String script, boolean stopsOnError) {
    String plain = REDIRECT.matcher(QUOTED.matcher(script).replaceAll("q")).replaceAll("");
    if (HIDDEN.matcher(plain).find()) {
      return 0;
    }
    long sum = 0;
    boolean runs = true;
    String before = ";";
    int begin = 0;
    Matcher separator = SEPARATOR.matcher(plain);
    while (begin <= plain.length()) {
      boolean more = separator.find();
      String step = plain.substring(begin, more ? separator.start() : plain.length()).strip();
      begin = more ? separator.end() : plain.length() + 1;
      if (!step.isEmpty()) {
        boolean chained = before.equals("&&") || stopsOnError;
        runs = !before.equals("||") && (runs || !chained);
        Matcher sleep = SLEEP.matcher(step);
        if (EXIT.matcher(step).matches()) {
          break;
        } else if (sleep.matches()) {
          long seconds = runs ? seconds(sleep) : 0;
          if (seconds == PreStop.FOR_EVER) {
            return seconds;
          }
          sum += seconds;
        } else if (!SUCCEEDS.matcher(step).matches()) {
          runs = false;
        }
        before = ";";
      }
      before = more && !separator.group().equals("\n") ? separator.group() : before;
    }
    return sum;
  }

  private static Optional<Long> known(Matcher sleep) {
    return sleep.matches() ? Optional.of(seconds(sleep)) : Optional.empty();
  }

  // A fraction of a second is dropped.
  private static long seconds(Matcher sleep) {
    if (sleep.group("number") == null) {
      return PreStop.FOR_EVER;
    }
    long unit =
        switch (sleep.group("unit")) {
          case "d" -> 86_400;
          case "h" -> 3_600;
          case "m" -> 60;
          default -> 1;
        };
    return (long) (Double.parseDouble(sleep.group("number")) * unit);
  }
}
