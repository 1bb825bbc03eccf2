package dev.tutti.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.plan.Batching;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How much may be read, and when who reads is to wait for more room. */
@Tag("unit")
class WindowTest {
  private static Window full(int items, Batching batching) {
    Chunker chunker = new Chunker(batching, items, false, false);
    Window window = new Window(chunker, items, items, Long.MAX_VALUE);
    window.take(items, 0);
    return window;
  }

  /** Room for one of many is let grow; an eighth of the window is enough. */
  @Test
  void isTrickle_lessThanAnEighthOfALargeWindow_only() {
    Window large = full(256, Batching.adaptive());
    large.deliver(31);
    assertThat(large.isTrickle()).isTrue();
    large.deliver(1);
    assertThat(large.isTrickle()).isFalse();
    Window small = full(255, Batching.adaptive());
    small.deliver(1);
    assertThat(small.isTrickle()).isFalse();
  }

  /** While more than half of the window waits for workers nobody need read. */
  @Test
  void isFedAhead_moreThanHalfWaits_butNotWhereABatchIsFilled() {
    assertThat(full(8, Batching.adaptive()).isFedAhead(5)).isTrue();
    assertThat(full(8, Batching.adaptive()).isFedAhead(4)).isFalse();
    assertThat(full(8, Batching.fixed(3)).isFedAhead(5)).isFalse();
  }
}
