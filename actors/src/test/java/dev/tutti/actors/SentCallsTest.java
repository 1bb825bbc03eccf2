package dev.tutti.actors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.testkit.LeakCheck;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is known of the calls that a process has. */
@Tag("unit")
@ExtendWith(LeakCheck.class)
class SentCallsTest {
  /** A call that is sent to a further process has its whole time there, and as long again. */
  @Test
  void removeAll_lateCall_hasAllItsTimeAgain() throws Exception {
    Words words = Words.create(SentCalls.most(1));
    try {
      SentCalls sent = new SentCalls(1, words);
      Call call =
          new Call(
              Message.Kind.CALL, new byte[0], 1, new Untold("sent", getClass().getClassLoader()));
      call.number = 1;
      sent.add(call);
      assertThat(sent.startTimes()).containsExactly(call);
      call.isLate = true;
      assertThat(sent.removeAll()).containsExactly(call);
      sent.add(call);
      assertThat(sent.startTimes()).containsExactly(call);
      assertThat(call.isLate).isFalse();
    } finally {
      words.close();
    }
  }
}
