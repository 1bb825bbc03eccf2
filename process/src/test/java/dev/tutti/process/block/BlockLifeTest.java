package dev.tutti.process.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who owns a block, under races of those who fill, read, come late, collect and give back. */
@Tag("unit")
@Timeout(60)
class BlockLifeTest {
  private static final long SEED = Long.getLong("tutti.torture.seed", 20_261_121L);
  private static final int FILLINGS = Integer.getInteger("tutti.torture.rounds", 5_000);
  private static final int WORDS = 512;
  private static final long ROOM = WORDS * Long.BYTES;

  /** What a reader is told, with the number that all of the block holds. */
  private record Told(PartsTable table, long number) {}

  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final AtomicLong numbers = new AtomicLong();
  private final BlockingQueue<Told> told = new ArrayBlockingQueue<>(8);

  private interface Body {
    void run(SplittableRandom random) throws Exception;
  }

  private Thread start(SplittableRandom random, Body body) {
    SplittableRandom own = random.split();
    return Thread.ofPlatform()
        .start(() -> {
          try {
            body.run(own);
          } catch (Throwable e) {
            failure.compareAndSet(null, e);
          }
        });
  }

  private void fill(Blocks blocks, SplittableRandom random) throws InterruptedException {
    for (int i = 0; i < FILLINGS && failure.get() == null; i++) {
      Block block = blocks.lend(ROOM, false);
      while (block == null) { // the other filler was quicker
        block = blocks.lend(ROOM, false);
      }
      long number = numbers.incrementAndGet();
      MemorySegment memory = block.parts();
      for (int w = 0; w < WORDS; w++) {
        memory.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, w, number);
      }
      PartsTable table = blocks.filled(block, new long[] {ROOM});
      if (table == null || random.nextInt(16) == 0) {
        blocks.giveBack(block); // it was not sent after all
      } else {
        while (!told.offer(new Told(table, number), 1, TimeUnit.SECONDS)) {
          if (failure.get() != null) {
            return;
          }
        }
      }
    }
  }

  private void read(BlockReader reader, SplittableRandom random) throws Exception {
    Told old = null;
    for (Told next = told.take(); next.number() != 0; next = told.take()) {
      try (BlockReader.Reading reading = reader.read(next.table().toBytes())) {
        long[] came = reading.memory().toArray(ValueLayout.JAVA_LONG_UNALIGNED);
        for (long word : came) {
          assertThat(word).isEqualTo(next.number());
        }
      }
      if (old != null && random.nextInt(4) == 0) {
        reader.read(old.table().toBytes()).close(); // late, and again: it gives back nothing
      }
      old = next;
    }
  }

  /** A reader always finds what was written for it, and at the end nothing is lent. */
  @Test
  void life_manyRaces_nobodyReadsWhatIsNotHis() throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    Blocks blocks = new Blocks(4 * Blocks.roomFor(ROOM), true, new Surroundings.Real());
    BlockReader reader = new BlockReader(ProcessHandle.current().pid(), true);
    List<Thread> fillers = new ArrayList<>();
    List<Thread> others = new ArrayList<>();
    fillers.add(start(random, own -> fill(blocks, own)));
    fillers.add(start(random, own -> fill(blocks, own)));
    for (int i = 0; i < 2; i++) {
      others.add(start(random, own -> read(reader, own)));
    }
    others.add(
        start(
            random,
            _ -> {
              while (fillers.stream().anyMatch(Thread::isAlive)) {
                blocks.collect();
                LockSupport.parkNanos(1_000);
              }
            }));
    for (Thread filler : fillers) {
      filler.join();
    }
    for (int i = 0; i < 2; i++) {
      told.offer(new Told(new PartsTable(0, 0, 0, 0, new long[0]), 0), 1, TimeUnit.SECONDS);
    }
    for (Thread other : others) {
      other.join();
    }
    try {
      assertThat(failure.get()).as("seed=%d", SEED).isNull();
      assertThat(blocks.collect()).as("lent at the end").isZero();
    } finally {
      reader.close();
      blocks.close();
    }
    assertThat(blocks.bytes()).isZero();
  }
}
