package dev.gapless;

import dev.gapless.cli.GaplessCommand;
import io.quarkus.runtime.annotations.QuarkusMain;

/// Where every command starts. A plain `main`: only `serve` boots Quarkus.
@QuarkusMain
public final class Gapless {
  // Quarkus makes a bean of it, and would need reflection for a private one.
  Gapless() {}

  public static void main(String[] arguments) {
    int code = GaplessCommand.run(arguments);
    if (arguments.length > 0 && arguments[0].equals("serve")) {
      System.exit(code);
    }
    // Everything is written and closed. System.exit would look for a logger in every jar there is,
    // which costs more than to judge a file.
    Runtime.getRuntime().halt(code);
  }
}
