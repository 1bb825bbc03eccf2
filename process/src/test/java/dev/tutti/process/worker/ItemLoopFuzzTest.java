package dev.tutti.process.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.Mutations;
import dev.tutti.process.wire.Session;
import dev.tutti.spi.Belongings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a worker does with a session that was damaged on its way. */
@SuppressWarnings("EnumOrdinal") // as the frames do
@Tag("unit")
@Timeout(3_600)
class ItemLoopFuzzTest {
  private static final long MOST_BYTES = 32L << 20;

  /** Whatever comes, each item is run and answered once at most, and nothing else escapes. */
  @Test
  void run_damagedSession_answersEachItemOnceAtMost() throws Exception {
    List<byte[]> session = Mutations.frames(Session.toWorker());
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    SplittableRandom random = new SplittableRandom(Mutations.SEED);
    int refused = 0;
    int answered = 0;
    try (Claims claims = Claims.create()) {
      assertThat(Mutations.frames(run(claims, new Mutations.Replay(joined(session), random))))
          .as("answers to the session as it was")
          .hasSize(Session.ITEMS + 1); // and PACK_BEGUN
      for (int round = 0; round < Mutations.ROUNDS; round++) {
        SplittableRandom own = random.split();
        byte[] damaged = Mutations.mutate(session, own);
        long before = threads.getCurrentThreadAllocatedBytes();
        Mutations.Replay replay = new Mutations.Replay(damaged, own);
        try {
          run(claims, replay);
        } catch (IOException e) {
          refused++;
        } catch (RuntimeException | Error e) {
          throw new AssertionError("round=%d seed=%d".formatted(round, Mutations.SEED), e);
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before)
            .as("memory of round %d", round)
            .isLessThan(MOST_BYTES);
        answered += ensureOnce(Mutations.frames(replay.sent()), round);
      }
    }
    assertThat(refused).isPositive();
    assertThat(answered).isPositive();
  }

  private static byte[] joined(List<byte[]> frames) {
    ByteBuffer all = ByteBuffer.allocate(frames.stream().mapToInt(frame -> frame.length).sum());
    frames.forEach(all::put);
    return all.array();
  }

  private static byte[] run(Claims claims, Mutations.Replay replay) throws IOException {
    for (int i = 0; i < Session.ITEMS; i++) {
      claims.queue(i);
    }
    claims.queuePack(Session.PACK, Session.items().size());
    new ItemLoop(
            replay,
            claims,
            new Attempt(Thread.currentThread()),
            new Belongings(),
            new Teller(_ -> {}),
            new HeapWatch(0),
            new LargeValues(ProcessHandle.current().pid()))
        .run();
    return replay.sent();
  }

  private static int ensureOnce(List<byte[]> answers, int round) {
    Set<Long> slots = new HashSet<>();
    int next = 0;
    for (byte[] answer : answers) {
      int kind = answer[Integer.BYTES];
      if (kind == Frame.Kind.RESULT.ordinal() || kind == Frame.Kind.FAILURE.ordinal()) {
        long number = ByteBuffer.wrap(answer).getLong(Frame.HEADER_BYTES);
        assertThat(slots.add(number & (Claims.WORDS - 1)))
            .as("item %d answered once in round %d", number, round)
            .isTrue();
      } else if (kind == Frame.Kind.NEXT_RESULT.ordinal()
          || kind == Frame.Kind.NEXT_FAILURE.ordinal()) {
        next++;
      }
    }
    assertThat(next).as("elements in round %d", round).isBetween(0, Session.items().size());
    return slots.size() + next;
  }
}
