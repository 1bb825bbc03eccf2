package dev.tutti.process.worker;

import dev.tutti.process.wire.Claims;
import java.util.Map;

/** Records, when the JVM is shutting down, who asked for it: an exit status alone does not tell. */
final class LastWords implements Runnable {
  private final Claims claims;
  private final Attempt attempt;
  private volatile boolean leaving;

  LastWords(Claims claims, Attempt attempt) {
    this.claims = claims;
    this.attempt = attempt;
  }

  /** The end that comes now is the proper one. */
  void isLeaving() {
    leaving = true;
  }

  @Override
  public void run() {
    if (leaving) {
      Guard.dismiss();
      return;
    }
    if (isExiting(attempt.runner().getStackTrace())) {
      claims.record(Claims.Cause.EXIT_IN_ITEM, attempt.current());
    } else if (Thread.getAllStackTraces().entrySet().stream()
        .map(Map.Entry::getValue)
        .anyMatch(LastWords::isExiting)) {
      claims.record(Claims.Cause.EXIT_ELSEWHERE, attempt.current());
    }
  }

  /** Whoever has called {@code System.exit} stands in it until the JVM is gone. */
  private static boolean isExiting(StackTraceElement[] stack) {
    for (StackTraceElement frame : stack) {
      if (frame.getClassName().equals("java.lang.Runtime")
          && frame.getMethodName().equals("exit")) {
        return true;
      }
    }
    return false;
  }
}
