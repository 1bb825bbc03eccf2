package dev.tutti.cli;

import dev.tutti.task.Fn;
import java.io.Serial;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The user's method by name, so that it can be sent: each process looks it up for itself. Its
 * result becomes a number, a truth value or text where it was made, so whatever it is, it can come
 * back.
 */
final class SourceFunction implements Fn<String, @Nullable Object> {
  @Serial private static final long serialVersionUID = 1L;

  private final String className;
  private final String methodName;
  private final boolean takesPath;

  /** In the process that compiled it; a worker has the classes on its class path. */
  private final transient @Nullable ClassLoader loader;

  private transient volatile @Nullable Method method;

  SourceFunction(Method method) {
    this.className = method.getDeclaringClass().getName();
    this.methodName = method.getName();
    this.takesPath = method.getParameterTypes()[0] == Path.class;
    this.loader = method.getDeclaringClass().getClassLoader();
  }

  @Override
  public @Nullable Object apply(String input) throws Exception {
    Method found = method;
    if (found == null) {
      found = lookUp();
      method = found;
    }
    try {
      return portable(found.invoke(null, takesPath ? Path.of(input) : input));
    } catch (InvocationTargetException e) {
      throw unwrapped(e);
    }
  }

  private Method lookUp() throws ReflectiveOperationException {
    ClassLoader from = loader != null ? loader : Thread.currentThread().getContextClassLoader();
    Method found =
        Class.forName(className, true, from)
            .getDeclaredMethod(methodName, takesPath ? Path.class : String.class);
    found.setAccessible(true); // the method is public, its class need not be
    return found;
  }

  /** What the method itself threw, an Error too. */
  private static Exception unwrapped(InvocationTargetException wrapper) throws Exception {
    return switch (wrapper.getCause()) {
      case Exception e -> e;
      case Error e -> throw e;
      case null, default -> wrapper;
    };
  }

  private static @Nullable Object portable(@Nullable Object result) {
    return switch (result) {
      case null -> null;
      case Boolean _, Byte _, Short _, Integer _, Long _, Float _, Double _ -> result;
      case Object[] array -> Arrays.deepToString(array);
      case Object array when array.getClass().isArray() -> {
        String nested = Arrays.deepToString(new Object[] {array});
        yield nested.substring(1, nested.length() - 1);
      }
      default -> result.toString();
    };
  }
}
