package groovy.lang;

/// What picocli looks for at each start, in case somebody wrote a command in Groovy; where it is
/// not found, every jar has been opened for it (docs/decisions/0023).
public final class Closure {
  private Closure() {}
}
