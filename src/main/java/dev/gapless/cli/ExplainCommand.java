package dev.gapless.cli;

import dev.gapless.policy.Names;
import dev.gapless.rule.Rule;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `gapless explain`: what a rule is about.
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description = {"Says what a rule is about and what to do; without a rule, lists them all.", ""})
final class ExplainCommand implements Callable<Integer> {
  private final Shell shell;
  private final List<Rule> rules;

  @Parameters(
      paramLabel = "RULE",
      arity = "0..1",
      completionCandidates = Completions.RuleIds.class,
      description = "The rule's id, as it stands in brackets behind a finding.")
  private Optional<String> id = Optional.empty();

  ExplainCommand(Shell shell, List<Rule> rules) {
    this.shell = shell;
    this.rules = rules;
  }

  @Override
  public Integer call() {
    shell.out().print(id.map(this::one).orElseGet(() -> RuleText.list(rules)));
    return ExitCode.CLEAN;
  }

  private String one(String wanted) {
    for (Rule rule : rules) {
      if (rule.doc().id().equals(wanted)) {
        return RuleText.of(rule.doc());
      }
    }
    List<String> ids = rules.stream().map(rule -> rule.doc().id()).toList();
    String near = Names.suggestion(wanted, ids);
    throw new UsageException(
        "there is no rule \""
            + wanted
            + "\""
            + (near.isEmpty() ? "; gapless explain lists all rules" : near));
  }
}
