package dev.gapless;

import dev.gapless.cli.GaplessCommand;
import io.quarkus.runtime.annotations.QuarkusMain;

/// Where every command starts. A plain `main`: only `serve` boots Quarkus.
@QuarkusMain
public final class Gapless {
  // Quarkus makes a bean of it, and would need reflection for a private one.
  Gapless() {}

  public static void main(String[] arguments) {
    System.exit(GaplessCommand.run(arguments));
  }
}
