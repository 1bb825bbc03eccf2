package dev.tutti.process.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Short look-outs before a thread sleeps, and how they learn. */
@Tag("unit")
@Timeout(60)
class LookOutTest {
  private static final int TIMES = 1_000;

  private final AtomicInteger looks = new AtomicInteger();

  /** {@return how often it was looked, by many look-outs that see nothing} */
  private int looksInVain(LookOut lookOut) {
    for (int i = 0; i < TIMES; i++) {
      assertThat(lookOut.await(() -> looks.incrementAndGet() < 0)).isFalse();
    }
    return looks.get();
  }

  /** Where others want to run, one look is all. */
  @Test
  void await_crowded_looksOnce() {
    assertThat(looksInVain(LookOut.forNews(2, () -> 3))).isEqualTo(TIMES);
  }

  /** On one core who waits for news does not keep the core from who makes them. */
  @Test
  void await_newsOnOneCore_looksOnce() {
    assertThat(looksInVain(LookOut.forNews(1, () -> 1))).isEqualTo(TIMES);
  }

  /** On one core who has woken the other side lets it run, and sees its answer. */
  @Test
  void await_answerOnOneCore_looksOn() {
    LookOut lookOut = LookOut.forAnswer(1, () -> 2);
    assertThat(lookOut.await(() -> looks.incrementAndGet() == 2)).isTrue();
  }

  /** The other side and somebody else on one core: that one would get the time. */
  @Test
  void await_answerOnOneCoreWithOthers_looksOnce() {
    assertThat(looksInVain(LookOut.forAnswer(1, () -> 3))).isEqualTo(TIMES);
  }

  /** What is in vain again and again is left. */
  @Test
  void await_inVain_isLearnt() {
    LookOut lookOut = LookOut.forAnswer(2, () -> 1);
    int _ = looksInVain(lookOut);
    looks.set(0);
    assertThat(lookOut.await(() -> looks.incrementAndGet() == 2)).isFalse();
    assertThat(looks).hasValue(1);
  }

  /** An answer that was there only after the time counts as none for what is learnt. */
  @Test
  void await_heldUp_countsAsInVain() {
    LookOut lookOut = LookOut.forAnswer(2, () -> 1);
    int seen = 0;
    for (int i = 0; i < TIMES; i++) {
      looks.set(0);
      if (lookOut.await(this::secondLookIsLate)) {
        seen++;
      }
    }
    assertThat(seen).isPositive().isLessThan(TIMES / 10);
  }

  private boolean secondLookIsLate() {
    if (looks.incrementAndGet() == 1) {
      return false;
    }
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < LookOut.WAKE_UP_NANOS * 2) {
      Thread.onSpinWait();
    }
    return true;
  }

  /** The machine's own figure is known here. */
  @Test
  void count_here_isKnown() {
    assertThat(RunnableThreads.HERE.getAsInt()).isLessThan(Integer.MAX_VALUE);
  }

  /** What cannot be read is a very large number. */
  @Test
  void runnable_notTheFile_isUnknown() {
    assertThat(RunnableThreads.runnable("0.1 0.2 0.3 12/345 6\n".getBytes(US_ASCII), 21))
        .isEqualTo(12);
    assertThat(RunnableThreads.runnable("0.1 0.2 0.3\n".getBytes(US_ASCII), 12))
        .isEqualTo(Integer.MAX_VALUE);
    assertThat(RunnableThreads.runnable("/12".getBytes(US_ASCII), 3)).isEqualTo(Integer.MAX_VALUE);
    assertThat(RunnableThreads.runnable(new byte[0], -1)).isEqualTo(Integer.MAX_VALUE);
  }
}
