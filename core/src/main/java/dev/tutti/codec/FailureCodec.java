package dev.tutti.codec;

import dev.tutti.origin.Everywhere;
import dev.tutti.task.NotSendableException;
import dev.tutti.task.SubstituteException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes an exception so that something of it always arrives.
 *
 * <pre>
 *   +----------------+------------------+------------------------------+
 *   | length (4)     | the substitute   | the exception itself, or     |
 *   | of substitute  | (Codec)          | nothing if it cannot be sent |
 *   +----------------+------------------+------------------------------+
 * </pre>
 */
public final class FailureCodec {
  private static final int MAX_CAUSES = 20;

  private FailureCodec() {}

  /**
   * Writes an exception.
   *
   * @param failure the exception
   * @return its bytes
   */
  public static byte[] encode(Throwable failure) {
    byte[] original = {};
    String reason = "it could not be read here";
    try {
      original = Codec.encode(failure, Role.EXCEPTION);
    } catch (NotSendableException e) {
      reason = String.valueOf(e.getMessage());
    }
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    byte[] substitute = Codec.encode(substitute(failure, reason, seen), Role.EXCEPTION);
    return ByteBuffer.allocate(Integer.BYTES + substitute.length + original.length)
        .putInt(substitute.length)
        .put(substitute)
        .put(original)
        .array();
  }

  /**
   * Reads an exception.
   *
   * @param bytes what {@link #encode} gave
   * @param loader where classes are looked up
   * @param filter which classes, and how much, may come
   * @return the exception itself, or its substitute if that could not be sent or read
   * @throws DecodeException if the bytes are neither
   */
  public static Throwable decode(ByteBuffer bytes, ClassLoader loader, ValueFilter filter)
      throws DecodeException {
    ByteBuffer substitute;
    try {
      int length = bytes.getInt();
      if (length < 0 || length > bytes.remaining()) {
        throw new DecodeException("exception has a wrong length: length=" + length, null);
      }
      substitute = bytes.slice(bytes.position(), length);
      bytes.position(bytes.position() + length);
    } catch (BufferUnderflowException e) {
      throw new DecodeException("exception ends too early", e);
    }
    DecodeException unreadable = null;
    if (bytes.hasRemaining()) {
      try {
        if (Codec.decode(bytes, loader, filter) instanceof Throwable original) {
          return original;
        }
      } catch (DecodeException e) {
        unreadable = e;
      }
    }
    ClassLoader ours = Everywhere.forNames(SubstituteException.class.getClassLoader());
    if (Codec.decode(substitute, ours, Filters.basic()) instanceof SubstituteException stand
        && isWhole(stand)) {
      return unreadable == null
          ? stand
          : withReason(stand, String.valueOf(unreadable.getMessage()));
    }
    throw new DecodeException("exception came without its substitute", unreadable);
  }

  /** A stream that was damaged can leave out what a constructor demands. */
  @SuppressWarnings("ConstantValue") // as just said
  private static boolean isWhole(SubstituteException stand) {
    try {
      return stand.originalClass() != null
          && stand.reason() != null
          && stand.superclasses() != null;
    } catch (NullPointerException e) { // superclasses, or one of them, are not there
      return false;
    }
  }

  /** {@return the exception itself if it can be sent, else its substitute} */
  static Throwable sendable(Throwable failure) {
    try {
      Codec.encode(failure, Role.EXCEPTION);
      return failure;
    } catch (NotSendableException e) {
      Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
      return substitute(failure, String.valueOf(e.getMessage()), seen);
    }
  }

  private static SubstituteException withReason(SubstituteException stand, String reason) {
    SubstituteException named =
        new SubstituteException(
            stand.originalClass(),
            String.valueOf(stand.getMessage()),
            reason,
            stand.getStackTrace(),
            stand.superclasses());
    if (stand.getCause() != null) {
      named.initCause(stand.getCause());
    }
    for (Throwable s : stand.getSuppressed()) {
      named.addSuppressed(s);
    }
    return named;
  }

  private static SubstituteException substitute(
      Throwable failure, String reason, Set<Throwable> seen) {
    seen.add(failure);
    SubstituteException stand =
        new SubstituteException(
            failure.getClass().getName(),
            textOf(failure),
            reason,
            stackOf(failure),
            superclassesOf(failure));
    Throwable cause = causeOf(failure);
    if (cause != null && isWanted(cause, seen)) {
      stand.initCause(substitute(cause, reason, seen));
    }
    for (Throwable suppressed : failure.getSuppressed()) {
      if (isWanted(suppressed, seen)) {
        stand.addSuppressed(substitute(suppressed, reason, seen));
      }
    }
    return stand;
  }

  private static boolean isWanted(Throwable next, Set<Throwable> seen) {
    return seen.size() < MAX_CAUSES && !seen.contains(next);
  }

  private static List<String> superclassesOf(Throwable failure) {
    List<String> names = new ArrayList<>();
    Class<?> type = failure.getClass();
    while (type != Throwable.class) {
      type = type.getSuperclass();
      names.add(type.getName());
    }
    return names;
  }

  private static @Nullable Throwable causeOf(Throwable failure) {
    try {
      return failure.getCause();
    } catch (RuntimeException | Error e) {
      return null; // an exception that cannot even tell its cause goes without
    }
  }

  private static StackTraceElement[] stackOf(Throwable failure) {
    try {
      StackTraceElement[] stack = failure.getStackTrace().clone();
      for (StackTraceElement frame : stack) {
        Objects.requireNonNull(frame, "frame");
      }
      return stack;
    } catch (RuntimeException | Error e) {
      return new StackTraceElement[0]; // getStackTrace can be anybody's code, and give anything
    }
  }

  private static String textOf(Throwable failure) {
    try {
      return String.valueOf(failure.toString());
    } catch (RuntimeException | Error e) {
      return failure.getClass().getName() + " (its text cannot be made: " + e.getClass() + ")";
    }
  }
}
