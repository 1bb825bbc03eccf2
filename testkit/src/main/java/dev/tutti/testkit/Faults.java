package dev.tutti.testkit;

import dev.tutti.task.Fn;
import dev.tutti.task.Task;
import java.io.IOException;
import java.io.Serial;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Tasks that do what tasks should not. All can be sent to another process; {@link #at} makes of one
 * a function that fails for one item only.
 *
 * <p>Those from {@link #exitsWith} to {@link #exhaustsHeap} end the process that runs them: they
 * are for workers that are processes of their own.
 *
 * @since 0.1
 */
public final class Faults {
  private static final long BEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private Faults() {}

  /**
   * {@return a function that returns its item, and for one item does what the fault does}
   *
   * @param bad the item
   * @param fault the fault
   */
  public static Fn<Integer, Integer> at(int bad, Task<?> fault) {
    return item -> {
      if (item == bad) {
        Object _ = fault.call();
      }
      return item;
    };
  }

  // ---------------------------------------------------------------- exceptions and results

  /**
   * {@return a task that throws an {@link IOException}}
   *
   * @param message its message
   */
  public static Task<Integer> throwsChecked(String message) {
    return () -> {
      throw new IOException(message);
    };
  }

  /**
   * {@return a task that throws an {@link IllegalStateException}}
   *
   * @param message its message
   */
  public static Task<Integer> throwsUnchecked(String message) {
    return () -> {
      throw new IllegalStateException(message);
    };
  }

  /**
   * {@return a task that throws an {@link AssertionError}}
   *
   * @param message its message
   */
  public static Task<Integer> throwsError(String message) {
    return () -> {
      throw new AssertionError(message);
    };
  }

  /**
   * {@return a task that throws an {@link AwkwardException}}
   *
   * @param code its code
   */
  public static Task<Integer> throwsAwkward(int code) {
    return () -> {
      throw new AwkwardException(code, new StringBuilder("awkward"));
    };
  }

  /** {@return a task that throws an {@link UnsendableException}} */
  public static Task<Integer> throwsUnsendable() {
    return () -> {
      throw new UnsendableException("holds a thread", new NotSerializable(7));
    };
  }

  /** {@return a task that throws a {@link SpeechlessException}} */
  public static Task<Integer> throwsSpeechless() {
    return () -> {
      throw new SpeechlessException();
    };
  }

  /** {@return a task whose result is a {@link NotSerializable}} */
  public static Task<Object> returnsUnsendable() {
    return () -> new NotSerializable(7);
  }

  /**
   * An object that cannot be serialised.
   *
   * @param number what it holds
   * @since 0.1
   */
  public record NotSerializable(int number) {}

  /** An exception that no reader can make from a message. */
  public static final class AwkwardException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    /** The code. */
    private final int code;

    AwkwardException(int code, StringBuilder text) {
      super(Objects.requireNonNull(text, "text") + " " + code);
      this.code = code;
    }

    /** {@return the code} */
    public int code() {
      return code;
    }
  }

  /** An exception that holds an object that cannot be serialised. */
  @SuppressWarnings("serial") // that is what it is for
  public static final class UnsendableException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    /** The object that does not cross. */
    private final Object held;

    UnsendableException(String message, Object held) {
      super(message);
      this.held = held;
    }

    /** {@return the object that does not cross} */
    public Object held() {
      return held;
    }
  }

  /** An exception that fails when it is asked what it says. */
  public static final class SpeechlessException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    SpeechlessException() {}

    @Override
    public String getMessage() {
      throw new UnsupportedOperationException("this exception has no words");
    }
  }

  /**
   * A serialisable holder of any object, to send what cannot be sent.
   *
   * @param held the object
   * @since 0.1
   */
  @SuppressWarnings("serial") // that is what it is for
  public record Holder(Object held) implements Serializable {}

  // ---------------------------------------------------------------- ends of a process

  /**
   * {@return a task that calls {@code System.exit}}
   *
   * @param status the exit status
   */
  public static Task<Integer> exitsWith(int status) {
    return () -> {
      System.exit(status);
      return 0;
    };
  }

  /**
   * {@return a task that halts the JVM}
   *
   * @param status the exit status
   */
  public static Task<Integer> haltsWith(int status) {
    return () -> {
      Runtime.getRuntime().halt(status);
      return 0;
    };
  }

  /** {@return a task that kills its own process by signal 9} */
  public static Task<Integer> killsItself() {
    return () -> {
      String pid = Long.toString(ProcessHandle.current().pid());
      Process kill = new ProcessBuilder("kill", "-9", pid).start();
      kill.waitFor();
      throw new IllegalStateException("the process outlived its kill: pid=" + pid);
    };
  }

  /** {@return a task that crashes the JVM by a write to address 0} */
  public static Task<Integer> crashesTheJvm() {
    return () -> {
      Class<?> type = Class.forName("sun.misc.Unsafe");
      Field field = type.getDeclaredField("theUnsafe");
      field.setAccessible(true);
      Method write = type.getMethod("putAddress", long.class, long.class);
      write.invoke(field.get(null), 0L, 0L);
      throw new IllegalStateException("the JVM outlived its crash");
    };
  }

  /** {@return a task that takes memory until there is none} */
  public static Task<Integer> exhaustsHeap() {
    return () -> {
      List<byte[]> held = new ArrayList<>();
      while (held.size() < Integer.MAX_VALUE) {
        held.add(new byte[1 << 20]);
      }
      return held.size();
    };
  }

  // ---------------------------------------------------------------- no end

  /** {@return a task that computes for ever and never looks at its interrupt} */
  public static Task<Integer> loopsForEver() {
    return () -> {
      while (true) {
        Thread.onSpinWait();
      }
    };
  }

  /**
   * {@return a task that ignores its interrupts}
   *
   * @param release the file whose appearance ends it
   */
  public static Task<Integer> swallowsInterrupts(Path release) {
    return () -> {
      while (!Files.exists(release)) {
        LockSupport.parkNanos(BEAT_NANOS);
        boolean _ = Thread.interrupted();
      }
      return 0;
    };
  }

  /** {@return a task that waits until it is interrupted, and ends with that exception} */
  public static Task<Integer> waitsForInterrupt() {
    return () -> {
      new CountDownLatch(1).await();
      return 0;
    };
  }

  /**
   * {@return a function that runs a task between two files: {@code <item>.begin} and {@code
   * <item>.end}} The second one is written however the task ends, if its process lives.
   *
   * @param folder where the files are written
   * @param task what is done between; its result is the function's
   */
  public static Fn<Integer, Integer> writesMarkers(Path folder, Task<Integer> task) {
    return item -> {
      Files.createFile(folder.resolve(item + ".begin"));
      try {
        return task.call();
      } finally {
        Files.createFile(folder.resolve(item + ".end"));
      }
    };
  }

  /**
   * {@return a task that runs another between two files, as {@link #writesMarkers(Path, Task)} does
   * for an item}
   *
   * @param folder where the files are written
   * @param item the item
   * @param task what is done between
   */
  public static Task<Integer> writesMarkers(Path folder, int item, Task<Integer> task) {
    Fn<Integer, Integer> fn = writesMarkers(folder, task);
    return () -> fn.apply(item);
  }
}
