package dev.tutti.process.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.codec.Codec;
import dev.tutti.codec.Role;
import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.FrameStream;
import dev.tutti.spi.Belongings;
import dev.tutti.spi.Body;
import dev.tutti.task.Fn;
import dev.tutti.task.Task;
import dev.tutti.testkit.Await;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a worker keeps of a call while it waits for the next one. */
@SuppressWarnings("EnumOrdinal") // as the frames do
@Tag("unit")
@Timeout(60)
class ItemLoopTest {
  /** The functions that were called here, as they were read. */
  private static final List<WeakReference<Object>> CALLED = new ArrayList<>();

  /**
   * Frames of a pool that sends no more, and looks whether anything is left of what it has sent.
   */
  private static final class Sent implements FrameStream {
    private final ArrayDeque<Frame> frames = new ArrayDeque<>();
    private final List<WeakReference<Object>> functions = new ArrayList<>();

    void call(Body body, byte[] function) {
      byte[] content = new byte[2 + function.length];
      content[0] = (byte) body.ordinal();
      System.arraycopy(function, 0, content, 2, function.length);
      functions.add(new WeakReference<>(content));
      frames.add(new Frame(Frame.Kind.CALL, ByteBuffer.wrap(content)));
    }

    void item(long number) {
      ByteBuffer content = ByteBuffer.allocate(Long.BYTES + Integer.BYTES);
      frames.add(new Frame(Frame.Kind.ITEM, content.putLong(number).putInt(1).flip()));
      ByteBuffer batch = ByteBuffer.allocate(Long.BYTES).putLong(number).flip();
      frames.add(new Frame(Frame.Kind.BATCH_END, batch));
    }

    void over(long batch) {
      ByteBuffer content = ByteBuffer.allocate(Long.BYTES).putLong(batch).flip();
      frames.add(new Frame(Frame.Kind.CALL_OVER, content));
    }

    @Override
    public @Nullable Frame read() throws IOException {
      Frame next = frames.poll();
      if (next == null) {
        try {
          awaitEnd("the bytes of the call", functions);
          awaitEnd("the function of the call", CALLED);
        } catch (InterruptedException e) {
          throw new InterruptedIOException();
        }
      }
      return next;
    }

    private static void awaitEnd(String what, List<WeakReference<Object>> all)
        throws InterruptedException {
      Await.until(
          what + " are gone",
          () -> {
            System.gc();
            return all.stream().allMatch(each -> each.refersTo(null));
          });
    }

    @Override
    public void sendFully(List<ByteBuffer> frames) {
      // nobody reads them here
    }
  }

  private static byte[] task() {
    Task<Boolean> task =
        new Task<>() {
          @Override
          public Boolean call() {
            return CALLED.add(new WeakReference<>(this));
          }
        };
    return Codec.encode(task, Role.FUNCTION);
  }

  /** {@return whether the worker leaves by itself} */
  private static boolean run(FrameStream channel, Claims claims) throws IOException {
    return new ItemLoop(
            channel,
            claims,
            new Attempt(Thread.currentThread()),
            new Belongings(),
            new Teller(_ -> {}),
            new HeapWatch(0),
            new LargeValues(ProcessHandle.current().pid()))
        .run();
  }

  /** A worker that rests keeps nothing of the tasks that it has run, or that were taken back. */
  @Test
  void run_tasksHaveEnded_keepsNothingOfThem() throws IOException {
    CALLED.clear();
    Sent pool = new Sent();
    byte[] task = task();
    for (int item = 0; item < 3; item++) {
      pool.call(Body.CALLABLE, task);
      pool.item(item);
    }
    try (Claims claims = Claims.create()) {
      claims.queue(0);
      claims.queue(1);
      claims.queue(2);
      claims.takeBack(2);
      assertThat(run(pool, claims)).isFalse();
    }
    assertThat(CALLED).hasSize(2);
  }

  private static byte[] function() {
    Fn<Object, Boolean> function =
        new Fn<>() {
          @Override
          public Boolean apply(Object item) {
            return CALLED.add(new WeakReference<>(this));
          }
        };
    return Codec.encode(function, Role.FUNCTION);
  }

  /** A function for many items is let go when the pool says so, and not where more has come. */
  @Test
  void run_callIsOver_keepsNothingOfIt() throws IOException {
    CALLED.clear();
    Sent pool = new Sent();
    pool.call(Body.FN, function());
    try (Claims claims = Claims.create()) {
      for (int item = 0; item < 3; item++) {
        claims.queue(item);
        pool.item(item);
        pool.over(item - 1);
      }
      pool.over(2);
      assertThat(run(pool, claims)).isFalse();
    }
    assertThat(CALLED).hasSize(3);
  }

  /** Finds no memory when it is written. */
  private static final class Filling implements Serializable {
    private static final long serialVersionUID = 1;
    private final String words;

    Filling(String words) {
      this.words = words;
    }

    private void writeObject(ObjectOutputStream out) {
      throw new OutOfMemoryError(words);
    }
  }

  private static boolean leavesAfter(String words) throws IOException {
    CALLED.clear();
    Sent pool = new Sent();
    Task<Object> task = () -> new Filling(words);
    pool.call(Body.CALLABLE, Codec.encode(task, Role.FUNCTION));
    pool.item(0);
    try (Claims claims = Claims.create()) {
      claims.queue(0);
      return run(pool, claims);
    }
  }

  /** A heap that a result fills is full, however the result is written. */
  @Test
  void run_resultFillsTheHeap_workerLeaves() throws IOException {
    assertThat(leavesAfter("Java heap space")).isTrue();
    assertThat(leavesAfter("Required length exceeds implementation limit")).isFalse();
  }
}
