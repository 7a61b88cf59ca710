package dev.gapless.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `gapless completion`: prints what makes a shell complete commands, options and their values.
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = {
      "Prints a script by which a shell completes commands, options and values.",
      "",
      "  bash  source <(gapless completion bash)",
      "  zsh   source <(gapless completion zsh)",
      "  fish  gapless completion fish | source",
      "",
      "For good in ~/.bashrc, in ~/.zshrc below compinit, and as",
      "~/.config/fish/completions/gapless.fish.",
      ""
    })
final class CompletionCommand implements Callable<Integer> {
  private final Shell shell;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
  private Language language = Language.BASH;

  CompletionCommand(Shell shell) {
    this.shell = shell;
  }

  /// The shells.
  enum Language {
    BASH,
    ZSH,
    FISH;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public Integer call() {
    CommandSpec root = spec.root();
    String script =
        switch (language) {
          // One script for both: under zsh it turns on what that has for bash's scripts.
          case BASH, ZSH -> BashCompletion.of(root);
          case FISH -> FishCompletion.of(root);
        };
    shell.out().print(script);
    return ExitCode.CLEAN;
  }
}
