package dev.gapless.cli;

import dev.gapless.rule.Rule;
import java.io.BufferedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Option;

/// The options that say how a report is printed and what in it fails, the same for every command
/// that makes one.
final class ReportOptions {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT[=FILE]",
      completionCandidates = Completions.Forms.class,
      description =
          "text, json, sarif, junit, github, gitlab or markdown (default: text); with =FILE into a"
              + " file. May be given several times, once for standard output.")
  private List<Output> outputs = new ArrayList<>();

  @Option(
      names = "--fail-on",
      paramLabel = "WHAT",
      description =
          "deny: exit 1 when something is denied; warn: also on warnings; any: on every finding"
              + " (default: deny).")
  private FailOn failOn = FailOn.DENY;

  @Option(
      names = "--baseline",
      paramLabel = "FILE",
      description =
          "Show, and fail on, only what this file does not know; gapless baseline writes it.")
  private Optional<Path> baseline = Optional.empty();

  @Option(
      names = "--color",
      paramLabel = "WHEN",
      description =
          "auto, always or never (default: auto, which is on a terminal unless NO_COLOR is set).")
  private Colour colour = Colour.AUTO;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print findings only: no summary, no word on what was skipped.")
  private boolean quiet;

  /// When output is coloured.
  enum Colour {
    AUTO,
    ALWAYS,
    NEVER;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  boolean quiet() {
    return quiet;
  }

  /// Whether a file says what is known.
  boolean hasBaseline() {
    return baseline.isPresent();
  }

  /// The files that reports go into.
  ///
  /// @throws UsageException when one of them cannot be written, or is another or the baseline
  FilesToWrite filesToWrite(Shell shell) {
    var written = new FilesToWrite(shell.directory());
    for (Output output : outputs) {
      output.file().ifPresent(it -> written.add("-o " + output.form() + "=", it));
    }
    demandBaselineApartFrom(written);
    return written;
  }

  /// Demands that the baseline stays as it is.
  ///
  /// @throws UsageException when it would be overwritten
  void demandBaselineApartFrom(FilesToWrite written) {
    baseline.ifPresent(it -> written.demandApartFrom("--baseline", it));
  }

  /// Finds out what is wrong with the options before any work is done.
  Printer printer(Shell shell, List<Rule> rules) {
    if (outputs.stream().filter(it -> it.file().isEmpty()).count() > 1) {
      throw new UsageException(
          "only one form of output can go to standard output: give the others a file, as in -o"
              + " sarif=gapless.sarif");
    }
    return new Printer(shell, rules, baseline.map(it -> Baseline.read(shell.directory(), it)));
  }

  /// Prints a report as the options say.
  final class Printer {
    private final Shell shell;
    private final List<Rule> rules;
    private final Optional<Baseline> known;

    private Printer(Shell shell, List<Rule> rules, Optional<Baseline> known) {
      this.shell = shell;
      this.rules = rules;
      this.known = known;
    }

    /// Prints it in every form that was asked for.
    ///
    /// @return the exit code
    int print(CheckReport whole) {
      CheckReport report = known.map(it -> it.apply(whole)).orElse(whole);
      List<Output> wanted =
          outputs.isEmpty() ? List.of(new Output(Output.Form.TEXT, Optional.empty())) : outputs;
      for (Output output : wanted) {
        print(output, report);
      }
      TextReport.errorsWithExcerpts(report).forEach(shell.err()::println);
      if (!quiet) {
        report.known().ifPresent(it -> it.stale().forEach(shell.err()::println));
      }
      if (!report.complete()) {
        return ExitCode.FAILED;
      }
      return failOn.asksFor(report) ? ExitCode.FINDINGS : ExitCode.CLEAN;
    }

    private void print(Output output, CheckReport report) {
      if (output.file().isPresent()) {
        WholeFile.write(
            shell.directory().resolve(output.file().get()),
            out -> form(output.form(), false).print(report, out));
        return;
      }
      // Thousands of small writes would each be a call of the system.
      var out =
          new PrintStream(new BufferedOutputStream(shell.out()), false, StandardCharsets.UTF_8);
      form(output.form(), coloured()).print(report, out);
      out.flush();
      if (output.form() == Output.Form.TEXT && !quiet) {
        report.skipped().stream()
            .filter(it -> it.reason().worthTelling())
            .forEach(it -> shell.err().println(TextReport.line(it)));
      }
    }

    private ReportForm form(Output.Form form, boolean coloured) {
      return switch (form) {
        case TEXT -> new TextReport(coloured, !quiet);
        case JSON -> new JsonReport();
        case SARIF -> new SarifReport(rules);
        case JUNIT -> new JUnitReport(failOn);
        case GITHUB -> new GithubReport();
        case GITLAB -> new GitlabReport();
        case MARKDOWN -> new MarkdownReport();
      };
    }

    private boolean coloured() {
      return switch (colour) {
        case ALWAYS -> true;
        case NEVER -> false;
        case AUTO ->
            shell.outIsTerminal()
                && shell.environment().getOrDefault("NO_COLOR", "").isEmpty()
                && !shell.environment().getOrDefault("TERM", "").equals("dumb");
      };
    }
  }
}
