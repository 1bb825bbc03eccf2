package dev.tutti.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Options as values, and what they say when they refuse one. */
@Tag("unit")
final class OptionsTest {
  @Test
  void dataSize_units_areBinary() {
    assertThat(DataSize.bytes(7).bytes()).isEqualTo(7);
    assertThat(DataSize.kib(2).bytes()).isEqualTo(2_048);
    assertThat(DataSize.mib(3).bytes()).isEqualTo(3_145_728);
    assertThat(DataSize.gib(1).bytes()).isEqualTo(1_073_741_824);
    assertThat(DataSize.mib(1_024)).isEqualTo(DataSize.gib(1));
  }

  @Test
  void dataSize_inWords_hasTheLargestUnitThatDividesIt() {
    assertThat(
            List.of(
                DataSize.bytes(0),
                DataSize.bytes(1_023),
                DataSize.bytes(1_025),
                DataSize.kib(1),
                DataSize.kib(1_025),
                DataSize.mib(512),
                DataSize.gib(4)))
        .extracting(DataSize::toString)
        .containsExactly(
            "0 bytes", "1023 bytes", "1025 bytes", "1 KiB", "1025 KiB", "512 MiB", "4 GiB");
  }

  @Test
  void dataSize_order_isThatOfTheBytes() {
    List<DataSize> sizes = List.of(DataSize.gib(1), DataSize.kib(9), DataSize.mib(2));
    assertThat(sizes.stream().sorted().toList())
        .isEqualTo(List.of(DataSize.kib(9), DataSize.mib(2), DataSize.gib(1)));
  }

  @Test
  void dataSize_negativeOrTooLarge_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DataSize.mib(-1))
        .withMessage("bytes must be >= 0: bytes=-1048576");
    assertThatExceptionOfType(ArithmeticException.class)
        .isThrownBy(() -> DataSize.gib(Long.MAX_VALUE));
  }

  @Test
  void threadOptions_noWorkers_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ThreadOptions.DEFAULTS.withWorkers(0))
        .withMessage("workers must be >= 1: workers=0");
    assertThat(ThreadOptions.DEFAULTS.workers()).isEqualTo(Cpus.available()).isPositive();
  }

  @Test
  void batching_lessThanOne_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Batching.fixed(0))
        .withMessage("batch must be >= 1 item: items=0");
    assertThat(Batching.fixed(8)).isEqualTo(Batching.fixed(8)).hasToString("8");
    assertThat(Batching.adaptive()).hasToString("adaptive").isEqualTo(Batching.adaptive());
  }

  @Test
  void backend_ofEachOptions_isItsName() {
    assertThat(ThreadOptions.DEFAULTS.backend()).isEqualTo("threads");
    assertThat(VirtualThreadOptions.DEFAULTS.backend()).isEqualTo("virtual");
    assertThat(SequentialOptions.DEFAULTS.backend()).isEqualTo("sequential");
  }

  /** Pauses double up to the longest, also where that is longer than a clock can count. */
  @Test
  void pauseAfter_manyAttempts_isAtMostTheLongest() {
    RetryPolicy policy = RetryPolicy.attempts(1_000).withBackOff(Duration.ofMillis(10));
    assertThat(policy.pauseAfter(1, 1)).isEqualTo(Duration.ofMillis(10));
    assertThat(policy.pauseAfter(3, 1)).isEqualTo(Duration.ofMillis(40));
    assertThat(policy.pauseAfter(3, 0)).isEqualTo(Duration.ofMillis(20));
    assertThat(policy.pauseAfter(500, 1)).isEqualTo(Duration.ofSeconds(30));
    RetryPolicy endless = policy.withLongestBackOff(ChronoUnit.FOREVER.getDuration());
    assertThat(endless.pauseAfter(500, 1)).isEqualTo(Duration.ofNanos(Long.MAX_VALUE));
    assertThat(endless.withBackOff(ChronoUnit.FOREVER.getDuration()).pauseAfter(1, 1))
        .isEqualTo(Duration.ofNanos(Long.MAX_VALUE));
  }

  /** Null is refused where it is given, with the name of the argument. */
  @Test
  @SuppressWarnings("NullAway") // that is what is looked at
  void withers_null_isNamed() {
    RetryPolicy retry = RetryPolicy.attempts(2);
    assertNames("limit", () -> CallOptions.DEFAULTS.withTimeout(null));
    assertNames("limit", () -> CallOptions.DEFAULTS.withDeadline(null));
    assertNames("bound", () -> CallOptions.DEFAULTS.withQueue(null));
    assertNames("backOff", () -> retry.withBackOff(null));
    assertNames("longestBackOff", () -> retry.withLongestBackOff(null));
    assertNames("name", () -> Defaults.NONE.withBackend(null));
    assertNames("limit", () -> Defaults.NONE.withTimeout(null));
    assertNames("time", () -> Defaults.NONE.withIdle(null));
  }

  private static void assertNames(String argument, ThrowingCallable call) {
    assertThatNullPointerException().isThrownBy(call).withMessage(argument);
  }
}
