package dev.tutti.cli;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Whether the JVM ends because the user's code has called {@code System.exit}. */
final class ExitCall {
  private static final String OWN = Main.class.getName();

  private ExitCall() {}

  /**
   * Looks for a thread that stands in {@code System.exit}, as it does until the JVM is gone. A
   * signal has none; virtual threads nobody can list, so a call on one of them is not found.
   *
   * @return the line that called it, unless that is the command's own
   */
  static Optional<String> find() {
    Collection<StackTraceElement[]> stacks = Thread.getAllStackTraces().values();
    return stacks.stream()
        .map(Arrays::asList)
        .flatMap(stack -> caller(stack).stream())
        .findFirst()
        .map(ExitCall::inWords);
  }

  private static String inWords(StackTraceElement place) {
    return "%s.%s(%s:%d)"
        .formatted(
            place.getClassName(),
            place.getMethodName(),
            place.getFileName(),
            place.getLineNumber());
  }

  private static Optional<StackTraceElement> caller(List<StackTraceElement> stack) {
    for (int i = stack.size() - 2; i >= 0; i--) {
      if (isExit(stack.get(i))) {
        StackTraceElement caller = stack.get(i + 1);
        return caller.getClassName().equals(OWN) ? Optional.empty() : Optional.of(caller);
      }
    }
    return Optional.empty();
  }

  private static boolean isExit(StackTraceElement frame) {
    String name = frame.getClassName();
    return frame.getMethodName().equals("exit")
        && (name.equals("java.lang.System") || name.equals("java.lang.Runtime"));
  }
}
