package dev.tutti.actors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tutti.task.Fn;
import dev.tutti.testkit.LeakCheck;
import java.io.ObjectInputFilter;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A filter of the whole program ({@code jdk.serialFilter}) within an actor's process. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class ActorFilterTest {
  record Score(int points) implements Serializable {}

  private static int set() {
    ObjectInputFilter.Config.setSerialFilter(
        ObjectInputFilter.Config.createFilter("!" + Score.class.getName() + ";*"));
    return 1;
  }

  private static Fn<List<Integer>, Integer> points(Score score) {
    return all -> {
      all.add(score.points());
      return all.size();
    };
  }

  private static List<Integer> guarded() {
    set();
    return new ArrayList<>();
  }

  @Test
  void set_byWhatMakesTheState_isAskedAboutCalls() throws Exception {
    try (Actor<List<Integer>> actor = Actor.open(ActorFilterTest::guarded)) {
      assertThat(actor.ask(List::size).get()).isZero();
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> actor.ask(points(new Score(1))).get())
          .withMessageContaining("the program's own filter (jdk.serialFilter) refuses it");
    }
  }

  @Test
  void set_byACall_isNotAskedAboutCalls() throws Exception {
    try (Actor<List<Integer>> actor = Actor.open(ArrayList::new)) {
      assertThat(actor.ask(_ -> set()).get()).isEqualTo(1);
      assertThat(actor.ask(points(new Score(1))).get()).isEqualTo(1);
    }
  }
}
