package dev.tutti;

import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the calls for several futures refuse. */
@Tag("unit")
final class FuturesTest {
  /** One of the calls. */
  record Combined(String name, Function<Collection<CompletableFuture<Integer>>, Object> call) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** A call that waits. */
  @FunctionalInterface
  private interface Wait {
    /** Waits for the futures. */
    Object call(Collection<CompletableFuture<Integer>> futures) throws InterruptedException;
  }

  private static Combined wait(String name, Wait wait) {
    return new Combined(
        name,
        futures -> {
          try {
            return wait.call(futures);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
  }

  static Stream<Combined> calls() {
    return Stream.of(
        wait("awaitAll", Futures::awaitAll),
        wait("awaitFirst", futures -> Futures.awaitFirst(futures, Duration.ZERO)),
        wait("awaitFirstFailure", Futures::awaitFirstFailure),
        new Combined("asCompleted", Futures::asCompleted),
        new Combined("gather", Futures::gather),
        new Combined("gatherOutcomes", Futures::gatherOutcomes),
        new Combined("race", Futures::race));
  }

  @SuppressWarnings("NullAway") // that is the case
  @ParameterizedTest
  @MethodSource("calls")
  void call_noCollection_isNamed(Combined combined) {
    assertThatNullPointerException()
        .isThrownBy(() -> combined.call().apply(null))
        .withMessage("futures");
  }

  @SuppressWarnings("NullAway") // that is the case
  @ParameterizedTest
  @MethodSource("calls")
  void call_nullFuture_isNamedByItsPlace(Combined combined) {
    List<CompletableFuture<Integer>> futures =
        Arrays.asList(CompletableFuture.completedFuture(1), null);
    assertThatNullPointerException()
        .isThrownBy(() -> combined.call().apply(futures))
        .withMessage("futures[1]");
  }
}
