package dev.tutti.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.tutti.cli.OrderedResults.Result;
import dev.tutti.task.Success;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In which order results are printed, and how far inputs are read ahead of them. */
@Tag("unit")
@Timeout(60)
class OrderedResultsTest {
  private static final int LEAST = 4;

  private final List<String> printed = Collections.synchronizedList(new ArrayList<>());

  private OrderedResults results(long mostChars) {
    return new OrderedResults(LEAST, mostChars, result -> printed.add(result.line()));
  }

  private static Result result(int index, @Nullable String line) {
    return new Result(index, "in", new Success<>(""), line);
  }

  /** Whatever comes first, the first input is printed first. */
  @Test
  void add_outOfOrder_printedInOrder() {
    OrderedResults results = results(1);
    results.add(result(1, "b"));
    results.add(result(2, "c"));
    assertThat(printed).isEmpty();
    results.add(result(0, "a"));
    assertThat(printed).containsExactly("a", "b", "c");
  }

  /** Lines for which memory has no room are printed in their turn too, as they are. */
  @Test
  void add_moreThanMemoryTakes_printedInOrder() {
    OrderedResults results = results(3);
    results.add(result(3, "dd"));
    results.add(result(2, "\u00e4\ud83d\ude00"));
    results.add(result(4, ""));
    results.add(result(5, null));
    results.add(result(1, "bbbb"));
    assertThat(printed).isEmpty();
    results.add(result(0, "aaaa"));
    assertThat(printed).containsExactly("aaaa", "bbbb", "\u00e4\ud83d\ude00", "dd", "", null);
    results.add(result(7, "hhhh"));
    results.printHeld();
    assertThat(printed).endsWith("hhhh");
  }

  /** At the end what is held is printed in order, and nothing after that. */
  @Test
  void printHeld_someMissing_restInOrder() {
    OrderedResults results = results(1);
    results.add(result(5, "f"));
    results.add(result(3, "d"));
    results.printHeld();
    results.add(result(0, "a"));
    results.printHeld();
    assertThat(printed).containsExactly("d", "f");
  }

  /** Behind what could not be printed, or half of it, nothing is. */
  @Test
  void add_printerFails_isTheLast() {
    OrderedResults results =
        new OrderedResults(
            LEAST,
            100,
            result -> {
              if (result.index() == 1) {
                throw new IllegalStateException("full");
              }
              printed.add(result.line());
            });
    results.add(result(1, "b"));
    results.add(result(2, "c"));
    assertThatIllegalStateException()
        .isThrownBy(() -> results.add(result(0, "a")))
        .withMessage("full");
    results.add(result(3, "d"));
    results.printHeld();
    assertThat(printed).containsExactly("a");
  }

  /** Inputs are read no further ahead than what is held may take, and on when it is printed. */
  @Test
  void bounding_longResults_readLittleAhead() throws Exception {
    OrderedResults results = results(1_000);
    AtomicInteger read = new AtomicInteger();
    Iterator<String> inputs = results.bounding(Collections.nCopies(100, "in")).iterator();
    Thread reader =
        Thread.ofPlatform()
            .daemon()
            .start(() -> inputs.forEachRemaining(_ -> read.incrementAndGet()));
    await().until(() -> read.get() == LEAST && reader.getState() == Thread.State.WAITING);
    results.add(result(0, "x".repeat(100)));
    // Ten of the longest now fit beside the one that is printed.
    await().until(() -> read.get() == 11 && reader.getState() == Thread.State.WAITING);
    results.printHeld();
    reader.join();
    assertThat(read).hasValue(11);
  }

  /** A reader that waits and is interrupted finds no more inputs. */
  @Test
  void bounding_interrupted_endsWithFlag() {
    OrderedResults results = results(0);
    Iterator<String> inputs = results.bounding(Collections.nCopies(100, "in")).iterator();
    for (int i = 0; i < LEAST; i++) {
      assertThat(inputs.next()).isEqualTo("in");
    }
    Thread.currentThread().interrupt();
    assertThat(inputs.hasNext()).isFalse();
    assertThat(Thread.interrupted()).isTrue();
  }
}
