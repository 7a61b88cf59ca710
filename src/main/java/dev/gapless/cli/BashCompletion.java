package dev.gapless.cli;

import dev.gapless.cli.Completions.Anything;
import dev.gapless.cli.Completions.Files;
import dev.gapless.cli.Completions.Values;
import dev.gapless.cli.Completions.Words;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// A completion script for bash, which zsh takes too. picocli's own neither completes files where a
/// command takes them nor values behind a `=`.
///
/// See https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html.
final class BashCompletion {
  // Files are left to the shell's own completion (-o default), which knows of quotes, ~ and
  // folders.
  // It can be used where the shell cuts the word at the same place, as bash does behind a = or :;
  // elsewhere, as in zsh, the part before must be put in front of each.
  private static final String SCRIPT =
      """
      # bash and zsh completion for @PROGRAM@
      if [ -n "${ZSH_VERSION-}" ]; then
        type compdef >/dev/null 2>&1 || { autoload -U +X compinit && compinit; }
        autoload -U +X bashcompinit && bashcompinit
      fi

      # Sets what the value of an option, or an argument of a command, may be; fails for an option without one.
      _@PROGRAM@_values() {
        words='' files='' then_file=''
        case $1 in
      @VALUES@
          *) return 1 ;;
        esac
      }

      _@PROGRAM@_options() {
        case $1 in
      @OPTIONS@
        esac
      }

      _@PROGRAM@() {
        local IFS=$' \\t\\n' typed=() word='' cut='' i=0
        # Without the cuts at = and : that bash makes.
        for ((i = 1; i <= COMP_CWORD; i++)); do
          word=${COMP_WORDS[i]}
          case $word in
            [=:]*) cut=yes ;;
            *)
              if [ -z "$cut" ]; then
                typed+=("")
              fi
              cut=''
              ;;
          esac
          if [ ${#typed[@]} -eq 0 ]; then
            typed+=("")
          fi
          typed[${#typed[@]}-1]+=$word
        done

        local command='' option='' ended='' arguments=0 last=$((${#typed[@]} - 1))
        local words='' files='' then_file=''
        for ((i = 0; i < last; i++)); do
          word=${typed[i]}
          if [ -n "$option" ]; then
            option=''
          elif [ -z "$command" ]; then
            case $word in -*) ;; *) command=$word ;; esac
          elif [ "$word" = -- ] && [ -z "$ended" ]; then
            ended=yes
          elif [ -z "$ended" ] && [[ $word == -?* ]]; then
            if [[ $word != *=* ]] && _@PROGRAM@_values "$command $word"; then
              option=$word
            fi
          else
            arguments=$((arguments + 1))
          fi
        done

        # The value is what is being completed of the current word, and before what stands in front of it there.
        word=${typed[last]}
        local value=$word before=''
        if [ -z "$option" ] && [ -z "$ended" ] && [[ $word == --*=* ]]; then
          option=${word%%=*}
          value=${word#*=}
          before=$option=
        fi
        if [ -n "$option" ]; then
          _@PROGRAM@_values "$command $option"
        elif [ -z "$ended" ] && [[ $word == -* ]]; then
          words=$(_@PROGRAM@_options "$command") files='' then_file=''
        elif _@PROGRAM@_values "$command" && [ $arguments -gt 0 ]; then
          words=''
        fi
        if [ -n "$then_file" ] && [[ $value == *=* ]]; then
          files=yes words=''
          before=$before${value%%=*}=
          value=${value#*=}
        fi

        COMPREPLY=()
        if [ -n "$files" ]; then
          if [ "$value" != "$2" ] && [ -n "$before" ]; then
            for i in "$value"*; do
              if [ -e "$i" ]; then
                COMPREPLY+=("$before$i")
              fi
            done
            ! type compopt >/dev/null 2>&1 || compopt -o filenames
          fi
          return 0
        fi
        ! type compopt >/dev/null 2>&1 || compopt +o default
        cut=${word%"$2"}
        for i in $words; do
          if [[ $i == "$value"* ]]; then
            if [ -n "${ZSH_VERSION-}" ]; then
              # It has no way to leave out the space behind one.
              i=${i%/}
            elif [[ $i == */ ]] && type compopt >/dev/null 2>&1; then
              compopt -o nospace
            fi
            i=$before$i
            COMPREPLY+=("${i#"$cut"}")
          fi
        done
      }

      complete -o default -F _@PROGRAM@ @PROGRAM@
      """;

  private BashCompletion() {}

  static String of(CommandSpec root) {
    return SCRIPT
        .replace("@VALUES@", lines(all(root).flatMap(BashCompletion::values)))
        .replace("@OPTIONS@", lines(all(root).map(BashCompletion::options)))
        .replace("@PROGRAM@", root.name());
  }

  private static Stream<CommandSpec> all(CommandSpec root) {
    return Stream.concat(
        Stream.of(root), root.subcommands().values().stream().map(CommandLine::getCommandSpec));
  }

  private static String lines(Stream<String> lines) {
    return lines.map(it -> "    " + it).collect(Collectors.joining("\n"));
  }

  private static Stream<String> values(CommandSpec command) {
    Stream<String> options =
        command.options().stream()
            .filter(option -> !option.hidden() && option.arity().max() > 0)
            .map(option -> line(names(command, option), option));
    Stream<String> arguments =
        command.positionalParameters().stream()
            .filter(parameter -> !parameter.hidden())
            .map(parameter -> line(quoted(key(command)), parameter));
    return Stream.concat(options, Stream.concat(arguments, commands(command)));
  }

  // The commands are the words that may stand where the root has no arguments of its own.
  private static Stream<String> commands(CommandSpec command) {
    return command.subcommands().isEmpty()
        ? Stream.empty()
        : Stream.of(
            quoted(key(command))
                + ") words="
                + quoted(String.join(" ", command.subcommands().keySet()))
                + " ;;");
  }

  private static String line(String pattern, ArgSpec argument) {
    return pattern + ") " + assignment(Completions.of(argument)) + " ;;";
  }

  private static String assignment(Values values) {
    return switch (values) {
      case Words(var words, boolean thenFile) ->
          "words=" + quoted(String.join(" ", words)) + (thenFile ? " then_file=yes" : "");
      case Files _ -> "files=yes";
      case Anything _ -> ":";
    };
  }

  private static String names(CommandSpec command, OptionSpec option) {
    return Arrays.stream(option.names())
        .map(name -> quoted(key(command) + " " + name))
        .collect(Collectors.joining(" | "));
  }

  private static String options(CommandSpec command) {
    String names =
        command.options().stream()
            .filter(option -> !option.hidden())
            .flatMap(option -> Arrays.stream(option.names()))
            .collect(Collectors.joining(" "));
    return quoted(key(command)) + ") echo " + quoted(names) + " ;;";
  }

  // Nothing stands before the root's own.
  private static String key(CommandSpec command) {
    return command.parent() == null ? "" : command.name();
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
