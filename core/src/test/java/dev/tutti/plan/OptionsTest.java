package dev.tutti.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
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
}
