package dev.tutti.actors;

import dev.tutti.task.Fn;
import java.io.Serial;
import java.io.Serializable;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Calls of an interface as calls of an actor.
 *
 * @param actor the actor
 * @param type the interface
 */
record ProxyCalls(Actor<?> actor, Class<?> type) implements InvocationHandler, Serializable {
  @Serial private static final long serialVersionUID = 1L;

  static Object proxy(Actor<?> actor, Class<?> type) {
    return Proxy.newProxyInstance(
        type.getClassLoader(), new Class<?>[] {type}, new ProxyCalls(actor, type));
  }

  @Override
  public @Nullable Object invoke(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    if (method.getDeclaringClass() == Object.class) {
      return ofProxy(method, arguments);
    }
    @Nullable Object[] given = arguments == null ? new Object[0] : arguments;
    return await(
        actor.ask(new Invocation(type, method.getName(), method.getParameterTypes(), given)),
        method);
  }

  private @Nullable Object ofProxy(Method method, @Nullable Object @Nullable [] arguments) {
    return switch (method.getName()) {
      case "equals" -> arguments != null && isSame(arguments[0]);
      case "hashCode" -> hashCode();
      default -> "%s of %s".formatted(type.getSimpleName(), actor);
    };
  }

  private boolean isSame(@Nullable Object other) {
    return other != null
        && Proxy.isProxyClass(other.getClass())
        && equals(Proxy.getInvocationHandler(other));
  }

  private @Nullable Object await(CompletableFuture<@Nullable Object> answer, Method method)
      throws Throwable {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw e.getCause() == null ? e : e.getCause();
    } catch (InterruptedException e) {
      answer.cancel(true);
      if (Arrays.asList(method.getExceptionTypes()).contains(InterruptedException.class)) {
        throw e;
      }
      Thread.currentThread().interrupt();
      throw new CancellationException(
          "interrupted while waiting for %s of actor %s".formatted(method.getName(), actor.name()));
    }
  }

  /**
   * One call of a method, as it goes to the actor.
   *
   * @param type the interface
   * @param name the method's name
   * @param parameters the types of its parameters
   * @param arguments what it is given
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares it
  private record Invocation(
      Class<?> type, String name, Class<?>[] parameters, @Nullable Object[] arguments)
      implements Fn<Object, @Nullable Object> {
    @Serial private static final long serialVersionUID = 1L;

    @Override
    public @Nullable Object apply(Object state) throws Exception {
      if (!type.isInstance(state)) {
        throw new IllegalArgumentException(
            "the object of the actor must implement the interface of its proxy: interface=%s class=%s"
                .formatted(type.getName(), state.getClass().getName()));
      }
      Method method = type.getMethod(name, parameters);
      boolean _ = method.trySetAccessible(); // of an interface that is not public
      try {
        return method.invoke(state, arguments);
      } catch (InvocationTargetException e) {
        throw thrown(e);
      }
    }

    private static Exception thrown(InvocationTargetException e) {
      return switch (e.getCause()) {
        case Exception own -> own;
        case Error fatal -> throw fatal;
        case null, default -> e;
      };
    }
  }
}
