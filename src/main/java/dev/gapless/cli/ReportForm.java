package dev.gapless.cli;

import java.io.PrintStream;

/// A form in which a report is printed, whichever command made it.
interface ReportForm {

  /// Prints all of a report.
  void print(CheckReport report, PrintStream out);
}
