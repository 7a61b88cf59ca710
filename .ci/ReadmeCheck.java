import java.time.Duration;
import java.time.Instant;

/// Runs the console blocks of Markdown files and compares what they print with what they show.
/// CONTRIBUTING.md says how a block is written.

final Duration COMMAND_LIMIT = Duration.ofMinutes(15);
final Duration START_LIMIT = Duration.ofMinutes(5);
final Duration STOP_LIMIT = Duration.ofSeconds(60);

/// A fenced block; `line` counts from 1 and is the line of the opening fence.
record Block(String file, int line, Set<String> words, List<Command> commands) {
  String place() {
    return file + ":" + line;
  }
}

/// A command and the output shown under it; an empty list shows none.
record Command(int line, String text, List<String> shown) {
  boolean asksForStatus() {
    return text.strip().equals("echo $?");
  }
}

/// What a command printed, and its exit status.
record Result(List<String> lines, int status) {}

/// A file or a server that cannot be checked at all.
final class Unusable extends RuntimeException {
  private static final long serialVersionUID = 1;

  Unusable(String message) {
    super(message);
  }
}

Process server;

void main(String[] files) throws Exception {
  int failures = 0;
  int blocks = 0;
  int commands = 0;
  try {
    for (String file : files) {
      for (Block block : blocks(file)) {
        if (block.words.contains("skip")) {
          IO.println("skip  " + block.place());
          continue;
        }
        int failed = block.words.contains("background") ? serve(block) : run(block);
        IO.println((failed == 0 ? "ok    " : "FAIL  ") + block.place());
        failures += failed;
        blocks++;
        commands += block.commands.size();
      }
    }
  } catch (Unusable unusable) {
    IO.println(unusable.getMessage());
    failures++;
  } finally {
    stopServer();
  }
  if (blocks == 0 && failures == 0) {
    IO.println("no console block was run: there is nothing that this check has checked");
    failures++;
  }
  IO.println("%d blocks with %d commands run, %d failed".formatted(blocks, commands, failures));
  System.exit(failures == 0 ? 0 : 1);
}

// Reading

List<Block> blocks(String file) {
  List<String> lines;
  try {
    lines = Files.readAllLines(Path.of(file));
  } catch (IOException e) {
    throw new Unusable(file + ": cannot be read");
  }
  Pattern fence = Pattern.compile("( *)(`{3,}|~{3,})\\s*(.*?)\\s*");
  List<Block> found = new ArrayList<>();
  for (int i = 0; i < lines.size(); i++) {
    Matcher opening = fence.matcher(lines.get(i));
    if (!opening.matches()) {
      continue;
    }
    int start = i;
    int indent = opening.group(1).length();
    List<String> body = new ArrayList<>();
    for (i++; ; i++) {
      if (i == lines.size()) {
        throw new Unusable("%s:%d: this fenced block has no end".formatted(file, start + 1));
      }
      if (lines.get(i).strip().equals(opening.group(2))) {
        break;
      }
      String line = lines.get(i);
      body.add(line.substring(Math.min(indent, line.length() - line.stripLeading().length())));
    }
    List<String> words = List.of(opening.group(3).split("\\s+"));
    if (words.getFirst().equals("console")) {
      Set<String> marks = Set.copyOf(words.subList(1, words.size()));
      if (!Set.of("skip", "background").containsAll(marks)) {
        throw new Unusable(
            "%s:%d: a console block is marked skip or background, not %s"
                .formatted(file, start + 1, String.join(" ", words.subList(1, words.size()))));
      }
      found.add(new Block(file, start + 1, marks, commands(file, start + 2, body)));
    }
  }
  return found;
}

List<Command> commands(String file, int firstLine, List<String> body) {
  List<Command> commands = new ArrayList<>();
  for (int i = 0; i < body.size(); ) {
    if (!body.get(i).startsWith("$ ")) {
      throw new Unusable(
          "%s:%d: a console block begins with a command: $ …".formatted(file, firstLine + i));
    }
    int line = firstLine + i;
    StringBuilder text = new StringBuilder(body.get(i++).substring(2));
    while (i < body.size() && body.get(i).matches("> .*|>")) {
      text.append('\n').append(body.get(i++).replaceFirst("> ?", ""));
    }
    List<String> shown = new ArrayList<>();
    while (i < body.size() && !body.get(i).startsWith("$ ")) {
      shown.add(body.get(i++));
    }
    commands.add(new Command(line, text.toString(), withoutBlankEnd(shown)));
  }
  if (commands.isEmpty()) {
    throw new Unusable("%s:%d: this console block is empty".formatted(file, firstLine - 1));
  }
  return commands;
}

List<String> withoutBlankEnd(List<String> lines) {
  int end = lines.size();
  while (end > 0 && lines.get(end - 1).isBlank()) {
    end--;
  }
  return lines.subList(0, end);
}

// Running

/// Runs a block's commands in one shell; answers how many of them failed.
int run(Block block) throws Exception {
  int failed = 0;
  List<Result> results = runAll(block);
  for (int i = 0; i < block.commands.size(); i++) {
    Command command = block.commands.get(i);
    if (i >= results.size()) {
      failed += complain(block, command, "was not run, because the shell had ended before");
      continue;
    }
    Result result = results.get(i);
    boolean statusIsShown =
        i + 1 < block.commands.size() && block.commands.get(i + 1).asksForStatus();
    if (!command.shown.isEmpty() && !matches(command.shown, result.lines)) {
      failed +=
          complain(block, command, "printed something else", diff(command.shown, result.lines));
    } else if (result.status != 0 && !statusIsShown) {
      failed +=
          complain(block, command, "ended with exit status " + result.status, result.lines);
    }
  }
  return failed;
}

List<Result> runAll(Block block) throws Exception {
  String mark = "\u001f" + UUID.randomUUID() + "\u001f";
  StringBuilder script = new StringBuilder("exec 2>&1\n__status=0\n");
  for (Command command : block.commands) {
    // $? is what the reader's shell would hold; the mark comes on a line of its own or not.
    script.append("(exit $__status)\n").append(command.text).append("\n__status=$?\n");
    script.append("printf '%s%s\\n' '").append(mark).append("' \"$__status\"\n");
  }
  Path file = Files.createTempFile("readme-check", ".sh");
  Path output = Files.createTempFile("readme-check", ".out");
  try {
    Files.writeString(file, script);
    // Output goes to a file: what a command leaves running must not keep the check waiting.
    Process shell = bash(file.toString()).redirectOutput(output.toFile()).start();
    Duration limit = COMMAND_LIMIT.multipliedBy(block.commands.size());
    if (!shell.waitFor(limit)) {
      stop(shell);
      throw new Unusable("%s: still running after %s".formatted(block.place(), limit));
    }
    List<Result> results = new ArrayList<>();
    String[] parts = Files.readString(output).split(Pattern.quote(mark));
    for (int i = 0; i + 1 < parts.length; i++) {
      // Each part but the first begins with the status of the command before it.
      String printed = i == 0 ? parts[i] : parts[i].substring(parts[i].indexOf('\n') + 1);
      int status = Integer.parseInt(parts[i + 1].lines().findFirst().orElseThrow());
      results.add(new Result(withoutBlankEnd(printed.lines().toList()), status));
    }
    return results;
  } finally {
    Files.delete(file);
    Files.delete(output);
  }
}

/// Starts a block's one command and waits until it has printed the last line shown.
int serve(Block block) throws Exception {
  Command command = block.commands.getFirst();
  if (block.commands.size() != 1 || command.shown.isEmpty()) {
    throw new Unusable(
        block.place() + ": a background block has one command and shows the line to wait for");
  }
  stopServer();
  Path output = Files.createTempFile("readme-check", ".out");
  output.toFile().deleteOnExit();
  server =
      bash("-c", command.text).redirectErrorStream(true).redirectOutput(output.toFile()).start();
  List<String> shown = new ArrayList<>(command.shown);
  shown.add("...");
  Instant end = Instant.now().plus(START_LIMIT);
  while (true) {
    boolean alive = server.isAlive();
    String printed = Files.readString(output);
    // A line that is still being written is not looked at.
    List<String> lines = printed.substring(0, printed.lastIndexOf('\n') + 1).lines().toList();
    if (matches(shown, lines)) {
      return 0;
    }
    if (!alive || Instant.now().isAfter(end)) {
      String why = alive ? "has not printed its last line shown" : "ended";
      stopServer();
      return complain(block, command, why, diff(command.shown, lines));
    }
    Thread.sleep(100);
  }
}

ProcessBuilder bash(String... arguments) {
  List<String> words = new ArrayList<>(List.of("bash"));
  words.addAll(List.of(arguments));
  return new ProcessBuilder(words)
      .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
}

void stopServer() throws Exception {
  if (server != null) {
    stop(server);
    server = null;
  }
}

/// Ends a process and all that it has started: politely, then not.
void stop(Process process) throws Exception {
  List<ProcessHandle> all =
      Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
  all.forEach(ProcessHandle::destroy);
  Instant end = Instant.now().plus(STOP_LIMIT);
  while (all.stream().anyMatch(ProcessHandle::isAlive) && Instant.now().isBefore(end)) {
    Thread.sleep(50);
  }
  all.forEach(ProcessHandle::destroyForcibly);
}

// Comparing

/// Whether the lines are those shown, where a line `...` stands for any number of lines.
boolean matches(List<String> shown, List<String> lines) {
  if (shown.isEmpty()) {
    return lines.isEmpty();
  }
  List<String> rest = shown.subList(1, shown.size());
  if (!shown.getFirst().strip().equals("...")) {
    return !lines.isEmpty()
        && matchesLine(shown.getFirst(), lines.getFirst())
        && matches(rest, lines.subList(1, lines.size()));
  }
  for (int from = 0; from <= lines.size(); from++) {
    if (matches(rest, lines.subList(from, lines.size()))) {
      return true;
    }
  }
  return false;
}

/// Whether a line is the one shown, where `...` stands for any text.
boolean matchesLine(String shown, String line) {
  String pattern =
      Arrays.stream(shown.stripTrailing().split(Pattern.quote("..."), -1))
          .map(Pattern::quote)
          .collect(Collectors.joining(".*"));
  return Pattern.matches(pattern, line.stripTrailing());
}

/// The lines shown (-) and printed (+), along their longest common part.
List<String> diff(List<String> shown, List<String> printed) {
  int[][] common = new int[shown.size() + 1][printed.size() + 1];
  for (int i = shown.size() - 1; i >= 0; i--) {
    for (int j = printed.size() - 1; j >= 0; j--) {
      common[i][j] =
          matchesLine(shown.get(i), printed.get(j))
              ? common[i + 1][j + 1] + 1
              : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  List<String> diff = new ArrayList<>();
  int i = 0;
  int j = 0;
  while (i < shown.size() || j < printed.size()) {
    if (i < shown.size() && j < printed.size() && matchesLine(shown.get(i), printed.get(j))) {
      diff.add("  " + printed.get(j));
      i++;
      j++;
    } else if (j == printed.size() || (i < shown.size() && common[i + 1][j] >= common[i][j + 1])) {
      diff.add("- " + shown.get(i++));
    } else {
      diff.add("+ " + printed.get(j++));
    }
  }
  return diff;
}

int complain(Block block, Command command, String what) {
  return complain(block, command, what, List.of());
}

int complain(Block block, Command command, String what, List<String> details) {
  IO.println("%s:%d: %s".formatted(block.file, command.line, what));
  IO.println("    $ " + command.text.replace("\n", "\n    > "));
  details.forEach(line -> IO.println("    " + line));
  return 1;
}
