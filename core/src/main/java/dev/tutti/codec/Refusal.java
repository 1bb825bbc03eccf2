package dev.tutti.codec;

import dev.tutti.task.NotSendableException;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

/** Says why a value cannot cross: which class, by which field, and what to do. */
final class Refusal {
  private static final String NO_HOLDER = "it is or holds ";

  private Refusal() {}

  /**
   * {@return the exception for a value that was refused} The value is written once more, to
   * nowhere, with the objects on the way kept: most values are never refused and do not pay for
   * that.
   */
  static NotSendableException explain(Object root, Role role, ValueWriter.Refused first) {
    Object culprit = first.culprit();
    List<Object> visited = List.of();
    try (ValueWriter again = new ValueWriter(OutputStream.nullOutputStream(), role)) {
      try {
        again.writeObject(root);
      } catch (ValueWriter.Refused e) {
        culprit = e.culprit();
      }
      visited = again.visited();
    } catch (IOException | RuntimeException | Error e) { // also what a user's writeObject throws
      first.addSuppressed(e); // the second look failed in another way; the first one still counts
    }
    String text =
        "cannot send %s: %s%s; %s [T003]"
            .formatted(
                role.words(),
                holderOrNone(culprit, visited),
                what(culprit),
                wayOut(root, culprit, role));
    return new NotSendableException(text, first);
  }

  private static String holderOrNone(Object culprit, List<Object> visited) {
    try {
      return holder(culprit, visited);
    } catch (RuntimeException | Error e) {
      return NO_HOLDER; // a collection can be anybody's code, and need not let itself be looked at
    }
  }

  private static String what(Object culprit) {
    Class<?> type = culprit.getClass();
    if (SharedState.isOne(culprit) && culprit instanceof java.io.Serializable) {
      return type.getName() + ", of which each process would have its own";
    }
    if (type.isHidden()) {
      String owner = type.getName().replaceAll("\\$\\$Lambda.*", "");
      return "a lambda made in %s for %s, which is not Serializable"
          .formatted(
              owner, type.getInterfaces().length > 0 ? type.getInterfaces()[0].getName() : "?");
    }
    return type.getName() + ", which is not Serializable";
  }

  private static String wayOut(Object root, Object culprit, Role role) {
    if (root instanceof CompletableFuture.AsynchronousCompletionTask) {
      return "CompletableFuture wraps what it is given; use pool.submit(task), whose future is a"
          + " CompletableFuture, or Pool.threads()";
    }
    if (root instanceof FutureTask) {
      return "the JDK wrapped the task in a FutureTask; use pool.submit(task) or a bulk call, or"
          + " Pool.threads()";
    }
    if (role == Role.MESSAGE || role == Role.QUEUED) {
      return SharedState.isOne(culprit)
          ? "send what it holds"
          : "send a value that is Serializable";
    }
    if (!role.refusesSharedState()) {
      return "return a value that is Serializable";
    }
    if (role == Role.ACTOR_FUNCTION) {
      return actorsWayOut(root, culprit);
    }
    if (culprit == root && culprit.getClass().isHidden()) {
      return "declare it as dev.tutti.task.Task, Action or Fn, or use Pool.threads()";
    }
    if (SharedState.isOne(culprit)) {
      return SharedState.counterpart(culprit) + "use it in the caller only, or use Pool.threads()";
    }
    return "make or open it inside the task, make it Serializable, or use Pool.threads()";
  }

  /** An actor is never on a thread of this JVM. */
  private static String actorsWayOut(Object root, Object culprit) {
    if (culprit == root && culprit.getClass().isHidden()) {
      return "declare it as dev.tutti.task.Task, Fn or ItemAction";
    }
    if (SharedState.isOne(culprit)) {
      String counterpart = SharedState.counterpart(culprit);
      return counterpart + (counterpart.isEmpty() ? "" : "or ") + "use it in the caller only";
    }
    return "make it Serializable, or make or open it inside the function";
  }

  /**
   * Names the field through which the culprit was met, as far as fields may be looked at. A lambda
   * is asked before the array in which it keeps what it captures.
   */
  private static String holder(Object culprit, List<Object> visited) {
    List<Object> nearestFirst = visited.reversed();
    return Stream.concat(
            nearestFirst.stream().filter(SerializedLambda.class::isInstance), nearestFirst.stream())
        .map(holder -> held(holder, culprit))
        .filter(found -> !found.isEmpty())
        .findFirst()
        .orElse(NO_HOLDER);
  }

  private static String held(Object holder, Object culprit) {
    if (holder == culprit) {
      return "";
    }
    if (holder instanceof SerializedLambda lambda) {
      return captured(lambda, culprit);
    }
    if (holder.getClass().isArray()) {
      return inArray(holder, culprit);
    }
    if (holder instanceof Collection<?> c && c.stream().anyMatch(e -> e == culprit)) {
      return "a %s holds ".formatted(holder.getClass().getName());
    }
    if (holder instanceof Map<?, ?> m && m.values().stream().anyMatch(e -> e == culprit)) {
      return "a %s holds ".formatted(holder.getClass().getName());
    }
    return inField(holder, culprit);
  }

  private static String captured(SerializedLambda lambda, Object culprit) {
    for (int i = 0; i < lambda.getCapturedArgCount(); i++) {
      if (lambda.getCapturedArg(i) == culprit) {
        return "the lambda in %s (%s) captures "
            .formatted(lambda.getCapturingClass().replace('/', '.'), lambda.getImplMethodName());
      }
    }
    return "";
  }

  private static String inArray(Object array, Object culprit) {
    if (array.getClass().getComponentType().isPrimitive()) {
      return "";
    }
    for (int i = 0; i < Array.getLength(array); i++) {
      if (Array.get(array, i) == culprit) {
        return "element %d of an array holds ".formatted(i);
      }
    }
    return "";
  }

  private static String inField(Object holder, Object culprit) {
    for (Class<?> c = holder.getClass(); c != null; c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())
            && !field.getType().isPrimitive()
            && field.trySetAccessible()
            && valueOf(field, holder) == culprit) {
          return "field '%s' of %s holds ".formatted(field.getName(), c.getName());
        }
      }
    }
    return "";
  }

  private static @org.jspecify.annotations.Nullable Object valueOf(Field field, Object holder) {
    try {
      return field.get(holder);
    } catch (IllegalAccessException e) {
      throw new AssertionError("the field was made accessible: " + field, e);
    }
  }
}
