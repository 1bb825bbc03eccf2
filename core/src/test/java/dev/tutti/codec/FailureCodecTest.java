package dev.tutti.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tutti.plan.RetryPolicy;
import dev.tutti.task.Failure;
import dev.tutti.task.SubstituteException;
import dev.tutti.task.WorkerLost;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serial;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.AbstractList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Something of every exception arrives. */
@Tag("unit")
final class FailureCodecTest {
  private static Throwable roundTrip(Throwable failure, ClassLoader loader) throws Exception {
    return FailureCodec.decode(
        ByteBuffer.wrap(FailureCodec.encode(failure)), loader, Filters.results());
  }

  private static Throwable roundTrip(Throwable failure) throws Exception {
    return roundTrip(failure, FailureCodecTest.class.getClassLoader());
  }

  /** Holds what cannot be sent. */
  @SuppressWarnings("serial") // that is what it is for
  private static final class Unsendable extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    @SuppressWarnings({"unused", "UnusedVariable"}) // it is in the way
    private final Object held = new Object();

    private @Nullable Throwable later;

    Unsendable(String message, @Nullable Throwable cause) {
      super(message, cause);
    }

    @Override
    public synchronized @Nullable Throwable getCause() {
      return later == null ? super.getCause() : later;
    }
  }

  /** Fails at whatever it is asked. */
  private static class Silent extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    @SuppressWarnings({"unused", "UnusedVariable", "serial"}) // it is in the way
    private final Object held = new Object();

    @Override
    public String getMessage() {
      throw failure();
    }

    @Override
    public synchronized Throwable getCause() {
      throw failure();
    }

    RuntimeException failure() {
      return new UnsupportedOperationException();
    }
  }

  @Test
  void decode_sendableException_isItself() throws Exception {
    IOException cause = new IOException("inner");
    ExecutionException failure = new ExecutionException("outer", cause);
    failure.addSuppressed(new IllegalStateException("beside"));
    Throwable back = roundTrip(failure);
    assertThat(back)
        .isExactlyInstanceOf(ExecutionException.class)
        .hasMessage("outer")
        .hasCauseExactlyInstanceOf(IOException.class);
    assertThat(back.getSuppressed()[0]).hasMessage("beside");
    assertThat(back.getStackTrace()).isEqualTo(failure.getStackTrace());
    for (Throwable error : List.of(new AssertionError("e"), new StackOverflowError())) {
      assertThat(roundTrip(error)).isExactlyInstanceOf(error.getClass());
    }
  }

  @Test
  void decode_unsendableException_isItsSubstitute() throws Exception {
    Unsendable failure = new Unsendable("outer", new IOException("inner"));
    Throwable back = roundTrip(failure);
    assertThat(back)
        .isInstanceOfSatisfying(
            SubstituteException.class,
            stand -> {
              assertThat(stand.originalClass()).isEqualTo(Unsendable.class.getName());
              assertThat(stand.reason()).contains("java.lang.Object").contains("'held'");
              assertThat(stand.getStackTrace()).isEqualTo(failure.getStackTrace());
            })
        .hasMessageContaining("outer");
    assertThat(back.getCause())
        .isInstanceOfSatisfying(
            SubstituteException.class,
            stand -> assertThat(stand.originalClass()).isEqualTo(IOException.class.getName()))
        .hasMessageContaining("inner");
  }

  /** What was suppressed arrives too, also that of a cause, as far as there is room. */
  @Test
  void decode_substitute_hasWhatWasSuppressed() throws Exception {
    IOException cause = new IOException("inner");
    cause.addSuppressed(new IOException("beside the inner"));
    Unsendable failure = new Unsendable("outer", cause);
    IllegalStateException beside = new IllegalStateException("beside", failure); // a ring
    failure.addSuppressed(beside);
    for (int i = 0; i < 100; i++) {
      failure.addSuppressed(new Unsendable("further", null));
    }
    Throwable back = roundTrip(failure);
    assertThat(back.getCause().getSuppressed()[0]).hasMessageContaining("beside the inner");
    assertThat(back.getSuppressed()[0])
        .isInstanceOfSatisfying(
            SubstituteException.class,
            stand -> {
              assertThat(stand.originalClass()).isEqualTo(beside.getClass().getName());
              assertThat(stand.getStackTrace()).isEqualTo(beside.getStackTrace());
            });
    assertThat(back.getSuppressed()).hasSizeBetween(2, 20);
  }

  /** An exception that did not cross is attempted again where it would be if it had. */
  @Test
  void retries_substitute_countsAsTheOriginal() throws Exception {
    Failure<Object> exception = new Failure<>(roundTrip(new Unsendable("outer", null)));
    Failure<Object> error =
        new Failure<>(roundTrip(new AssertionError("x", new Unsendable("inner", null))));
    RetryPolicy usual = RetryPolicy.attempts(3);
    assertThat(usual.retries(exception, 1)).isTrue();
    assertThat(usual.retries(error, 1)).isFalse();
    assertThat(usual.on(Unsendable.class).retries(exception, 1)).isTrue();
    assertThat(usual.on(RuntimeException.class).retries(exception, 1)).isTrue();
    assertThat(usual.on(IOException.class).retries(exception, 1)).isFalse();
    assertThat(usual.on(Error.class).retries(error, 1)).isTrue();
    assertThat(usual.on(RuntimeException.class).retries(error, 1)).isFalse();
    assertThat(usual.on(SubstituteException.class).retries(error, 1)).isTrue();
    assertThat(usual.on(WorkerLost.class).retries(error, 1)).isFalse();
    Throwable topmost = roundTrip(new Throwable("x", new Unsendable("inner", null)));
    assertThat(usual.on(Throwable.class).retries(new Failure<>(topmost), 1)).isTrue();
    assertThat(usual.on(Exception.class).retries(new Failure<>(topmost), 1)).isFalse();
  }

  /** A class that this side does not have, or does not let in. */
  @Test
  void decode_unknownOrRejectedClass_isItsSubstituteWithTheReason() throws Exception {
    IllegalStateException known = new IllegalStateException("own", new Own("own"));
    assertThat(roundTrip(known, ClassLoader.getPlatformClassLoader()))
        .isInstanceOfSatisfying(
            SubstituteException.class,
            stand -> {
              assertThat(stand.originalClass()).isEqualTo(IllegalStateException.class.getName());
              assertThat(stand.reason()).contains(Own.class.getName());
              assertThat(stand.getCause()).hasMessageContaining("own");
            });
    assertThat(roundTrip(new java.rmi.RemoteException("x")))
        .isInstanceOfSatisfying(
            SubstituteException.class,
            stand -> assertThat(stand.reason()).contains("is outside the filter"));
  }

  /** An exception of this test. */
  private static final class Own extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    Own(String message) {
      super(message);
    }
  }

  @Test
  void encode_exceptionThatCannotSpeak_isItsSubstitute() throws Exception {
    assertThat(roundTrip(new Silent()))
        .isInstanceOfSatisfying(
            SubstituteException.class,
            stand -> assertThat(stand.originalClass()).isEqualTo(Silent.class.getName()));
    Silent worse =
        new Silent() {
          @Serial private static final long serialVersionUID = 1L;

          @Override
          RuntimeException failure() {
            throw new AssertionError("an error, not an exception");
          }
        };
    assertThat(roundTrip(worse)).isInstanceOf(SubstituteException.class);
  }

  /** Lies about its stack. */
  private static final class Stackless extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // nobody sends it as it is
    private final StackTraceElement @Nullable [] stack;

    Stackless(StackTraceElement @Nullable [] stack) {
      super("stackless", null, false, true);
      this.stack = stack;
    }

    @Override
    @SuppressWarnings("NullAway") // that is what it is for
    public StackTraceElement[] getStackTrace() {
      if (stack != null && stack.length == 0) {
        throw new UnsupportedOperationException();
      }
      return stack;
    }
  }

  /** An exception whose own code says that it has no stack arrives all the same. */
  @Test
  void encode_exceptionWithoutStack_arrives() throws Exception {
    for (StackTraceElement @Nullable [] stack :
        new StackTraceElement[][] {null, {}, new StackTraceElement[1]}) {
      assertThat(roundTrip(new Stackless(stack), ClassLoader.getPlatformClassLoader()))
          .isInstanceOf(SubstituteException.class)
          .hasMessageContaining("stackless");
    }
  }

  /** Causes in a ring, and more causes than anybody reads. */
  @Test
  void encode_causesWithoutEnd_areCut() throws Exception {
    Unsendable one = new Unsendable("one", null);
    Unsendable two = new Unsendable("two", one);
    one.later = two;
    Throwable chain = new IOException("0");
    for (int i = 1; i < 100; i++) {
      chain = new Unsendable("" + i, chain);
    }
    for (Throwable failure : List.of(two, chain)) {
      int causes = 0;
      for (Throwable t = roundTrip(failure); t != null; t = t.getCause()) {
        causes++;
      }
      assertThat(causes).isBetween(1, 21);
    }
  }

  @Test
  void decode_notAnException_isRefused() {
    for (byte[] bytes :
        new byte[][] {{}, {0, 0}, {0, 0, 0, 9}, {-1, -1, -1, -1}, {0, 0, 0, 1, 0}, {0, 0, 0, 0}}) {
      assertThatExceptionOfType(DecodeException.class)
          .isThrownBy(() ->
              FailureCodec.decode(
                  ByteBuffer.wrap(bytes),
                  FailureCodecTest.class.getClassLoader(),
                  Filters.results()));
    }
  }

  /** A substitute that was damaged so that it lacks a part is refused. */
  @Test
  void decode_substituteWithoutItsParts_isRefused() throws Exception {
    byte[] whole =
        Codec.encode(
            new SubstituteException(
                "Qqq", "text", "reason", new StackTraceElement[0], List.of("S")),
            Role.EXCEPTION);
    int at = new String(whole, ISO_8859_1).indexOf("t\0\3Qqq");
    byte[] damaged =
        ByteBuffer.allocate(4 + whole.length - 5)
            .putInt(whole.length - 5)
            .put(whole, 0, at)
            .put((byte) 0x70) // null
            .put(whole, at + 6, whole.length - at - 6)
            .array();
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() ->
            FailureCodec.decode(
                ByteBuffer.wrap(damaged),
                FailureCodecTest.class.getClassLoader(),
                Filters.results()))
        .withMessage("exception came without its substitute");
  }

  /** Cannot be asked what it holds, and can be sent. */
  private static final class Unasked extends AbstractList<Object> implements Serializable {
    @Serial private static final long serialVersionUID = 1L;

    @SuppressWarnings({"unused", "UnusedVariable", "serial"}) // it is in the way
    private final Object held = new Object();

    private final transient Error failure;

    Unasked(Error failure) {
      this.failure = failure;
    }

    @Override
    public Object get(int index) {
      throw failure;
    }

    @Override
    public int size() {
      throw failure;
    }
  }

  /** Holds a list. */
  private static final class Listing extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    @SuppressWarnings({"unused", "UnusedVariable", "serial"}) // it is in the way
    private final List<Object> list;

    Listing(List<Object> list) {
      super("listing");
      this.list = list;
    }
  }

  /** Fails where it is written, with what has no text. */
  private static final class Unwritten extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    @Serial
    private void writeObject(ObjectOutputStream out) {
      throw new Silent() {
        @Serial private static final long serialVersionUID = 1L;

        @Override
        RuntimeException failure() {
          throw new AssertionError("an error, not an exception");
        }
      };
    }
  }

  /** The words for what cannot be sent need no help of what is in it. */
  @Test
  void encode_refusedAndCannotBeAsked_isItsSubstitute() throws Exception {
    for (Error failure : List.of(new AssertionError("x"), new StackOverflowError())) {
      assertThat(roundTrip(new Listing(new Unasked(failure))))
          .isInstanceOfSatisfying(
              SubstituteException.class,
              stand -> assertThat(stand.reason()).contains("java.lang.Object"));
    }
    assertThat(roundTrip(new Unwritten()))
        .isInstanceOfSatisfying(
            SubstituteException.class,
            stand -> assertThat(stand.reason()).contains("writing " + Unwritten.class.getName()));
  }
}
