package dev.tutti.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.tutti.origin.Everywhere;
import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The form of a function that is a lambda or a method reference: the names by which its class makes
 * it again, and what it has captured in the compact form.
 *
 * <pre>
 *   +--------+---------------------------+------+---------------------------------+
 *   | LAMBDA | 8 names: length (2), text | kind | what it captured, if it has any |
 *   +--------+---------------------------+------+---------------------------------+
 * </pre>
 */
final class Lambdas {
  /*
   * The same as what the JDK puts into a stream, and read in the same way, by the method that javac has put into the
   * class. But without a stream: the first one of a JVM looks for a logger in every jar of the class path, which
   * takes a worker longer than all the rest of its first task (docs/design/decisions.md).
   *
   * The JDK may call that method in every class, this one only in packages that are open to it; elsewhere the stream is used, as it is
   * where the class is found by more than its name.
   */
  private static final String MAKES_FORM = "writeReplace";
  private static final String MAKES_LAMBDA = "$deserializeLambda$";
  private static final String IN_HIDDEN_CLASS = "/0x"; // no other name has it
  private static final int NAMES = 8;

  /** By a method handle: {@link Method#invoke} would make three classes first. */
  private static final ClassValue<MethodHandle> MAKERS =
      new ClassValue<>() {
        @Override
        protected MethodHandle computeValue(Class<?> home) {
          Lambdas.class.getModule().addReads(home.getModule()); // as reflection does
          try {
            return MethodHandles.privateLookupIn(home, MethodHandles.lookup())
                .findStatic(
                    home,
                    MAKES_LAMBDA,
                    MethodType.methodType(Object.class, SerializedLambda.class));
          } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
          }
        }
      };

  private Lambdas() {}

  /** {@return the bytes; null if it has to be a JDK stream} */
  static byte @Nullable [] write(Object value, Role role, @Nullable Parts parts) {
    Class<?> type = value.getClass();
    if (!type.isHidden()
        || Everywhere.lacks(type)
        || !type.getModule().isOpen(type.getPackageName(), Lambdas.class.getModule())) {
      return null;
    }
    try {
      Method form = type.getDeclaredMethod(MAKES_FORM);
      return form.trySetAccessible()
              && form.invoke(value) instanceof SerializedLambda lambda
              && !lambda.getCapturingClass().contains(IN_HIDDEN_CLASS)
          ? write(lambda, role, parts)
          : null;
    } catch (ReflectiveOperationException notSerializable) {
      return null; // the stream says so
    }
  }

  private static byte @Nullable [] write(
      SerializedLambda lambda, Role role, @Nullable Parts parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    out.write(Kind.LAMBDA.tag());
    String[] names = {
      lambda.getCapturingClass(),
      lambda.getFunctionalInterfaceClass(),
      lambda.getFunctionalInterfaceMethodName(),
      lambda.getFunctionalInterfaceMethodSignature(),
      lambda.getImplClass(),
      lambda.getImplMethodName(),
      lambda.getImplMethodSignature(),
      lambda.getInstantiatedMethodType()
    };
    for (String name : names) {
      byte[] text = name.getBytes(UTF_8);
      if (text.length > Character.MAX_VALUE) {
        return null;
      }
      out.write(text.length >>> Byte.SIZE);
      out.write(text.length);
      out.write(text, 0, text.length);
    }
    out.write(lambda.getImplMethodKind());
    Object[] captured = new Object[lambda.getCapturedArgCount()];
    for (int i = 0; i < captured.length; i++) {
      captured[i] = lambda.getCapturedArg(i);
    }
    if (captured.length > 0) {
      byte[] values = CompactWriter.write(captured, role, parts);
      if (values == null) {
        return null;
      }
      out.write(values, 0, values.length);
    }
    return out.toByteArray();
  }

  /**
   * {@return the function}
   *
   * @param bytes what follows the tag; all are read
   * @param parts large parts of what it has captured
   */
  static Object read(ByteBuffer bytes, PartSource parts, ClassLoader loader, ValueFilter filter)
      throws DecodeException {
    int size = bytes.remaining();
    try {
      String[] names = new String[NAMES];
      for (int i = 0; i < NAMES; i++) {
        byte[] text = new byte[length(bytes)];
        bytes.get(text);
        names[i] = new String(text, UTF_8);
      }
      int kind = bytes.get();
      ask(filter, SerializedLambda.class, size);
      Class<?> home = Class.forName(names[0].replace('/', '.'), false, loader);
      ask(filter, home, size);
      Object[] captured =
          bytes.hasRemaining()
                  && CompactReader.read(bytes, parts, loader, filter) instanceof Object[] values
              ? values
              : new Object[0];
      SerializedLambda lambda =
          new SerializedLambda(
              home, names[1], names[2], names[3], kind, names[4], names[5], names[6], names[7],
              captured);
      return requireNonNull((Object) MAKERS.get(home).invokeExact(lambda), "function");
    } catch (DecodeException e) {
      throw e;
    } catch (Throwable e) { // whatever the initialisation of a class throws
      throw new DecodeException("it cannot be read: " + ValueReader.textOf(e), e);
    }
  }

  private static int length(ByteBuffer bytes) throws DecodeException {
    int length = Short.toUnsignedInt(bytes.getShort());
    if (length > bytes.remaining()) {
      throw new DecodeException(
          "value ends too early: wanted=%d left=%d".formatted(length, bytes.remaining()), null);
    }
    return length;
  }

  private static void ask(ValueFilter filter, Class<?> type, int size) throws DecodeException {
    String refusal = filter.refusal(new Question(type, -1, 1, 1, size));
    if (refusal != null) {
      throw new DecodeException(refusal, null);
    }
  }
}
