package dev.gapless.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;

/// What a command gets from the process that runs it.
///
/// @param out results and nothing else; a reader that goes away early is no error
/// @param directory what relative paths start from
public record Shell(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Path directory,
    Map<String, String> environment,
    boolean inIsTerminal,
    boolean outIsTerminal,
    boolean errIsTerminal,
    InstantSource clock) {

  /// This very process's.
  public static Shell ofProcess() {
    return new Shell(
        System.in,
        stream(FileDescriptor.out),
        stream(FileDescriptor.err),
        Path.of(""),
        System.getenv(),
        isTerminal(0),
        isTerminal(1),
        isTerminal(2),
        InstantSource.system());
  }

  // Manifests are UTF-8 whatever the terminal's locale; PrintStream swallows a broken pipe.
  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), false, StandardCharsets.UTF_8);
  }

  // System.console() knows of input and output together only; Linux says it of each.
  private static boolean isTerminal(int descriptor) {
    Path link = Path.of("/proc/self/fd/" + descriptor);
    try {
      if (Files.isSymbolicLink(link)) {
        String target = Files.readSymbolicLink(link).toString();
        return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
      }
    } catch (IOException _) {
      return false;
    }
    return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
  }

  /// The present day in UTC.
  LocalDate today() {
    return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
  }

  /// Ends what was begun to be written.
  void flush() {
    out.flush();
    err.flush();
  }
}
