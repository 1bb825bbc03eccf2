package dev.tutti.actors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.testkit.LeakCheck;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the words of a call tell its owner. */
@Tag("unit")
@ExtendWith(LeakCheck.class)
class WordsTest {
  private static final int SLOT = 1;

  /** Exactly one of beginning a call and taking it back succeeds. */
  @Test
  void begin_takenBack_doesNotBegin() throws Exception {
    Words words = Words.create(2);
    try {
      words.send(SLOT, 7);
      assertThat(words.takeBack(SLOT, 7)).isTrue();
      assertThat(words.begin(SLOT, 7)).isFalse();
      assertThat(words.hasEnded(SLOT)).isTrue(); // the process has looked at it: it costs no kill
      words.send(SLOT, 8);
      assertThat(words.begin(SLOT, 8)).isTrue();
      assertThat(words.takeBack(SLOT, 8)).isFalse();
    } finally {
      words.close();
    }
  }

  /** A call that has not ended shuts the gate before a kill; one that has leaves it open. */
  @Test
  void hasEnded_onlyAfterItsEnd_leavesTheGateOpen() throws Exception {
    Words words = Words.create(2);
    try {
      words.send(SLOT, 7);
      assertThat(words.begin(SLOT, 7)).isTrue();
      assertThat(words.hasEnded(SLOT)).isFalse();
      assertThat(words.isShut()).isTrue();
      words.end(SLOT);
      assertThat(words.hasEnded(SLOT)).isTrue();
      assertThat(words.isShut()).isFalse();
    } finally {
      words.close();
    }
  }
}
