package dev.tutti.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class QuickFormTest {
  private static final ClassLoader LOADER = QuickFormTest.class.getClassLoader();

  private static List<@Nullable Object> quickValues() {
    List<@Nullable Object> values =
        new ArrayList<>(
            Arrays.asList(
                null, true, false, 0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE, 0.0, -0.0, Double.NaN));
    for (int i = -300; i < 300; i++) {
      values.add(i);
    }
    values.addAll(List.of(Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 20, Double.MIN_VALUE, 1e300));
    values.addAll(List.of("", "a", "Zürich", "ÿ".repeat(40), "x".repeat(39)));
    return values;
  }

  private static ByteBuffer written(@Nullable Object value) {
    ByteBuffer out = ByteBuffer.allocate(QuickForm.MOST_BYTES);
    assertThat(QuickForm.put(value, out)).as("%s is quick", value).isTrue();
    return out.flip();
  }

  /** Both write the same bytes, and each reads what the other has written. */
  @Test
  void put_quickValues_asTheCompactForm() throws Exception {
    for (Object value : quickValues()) {
      ByteBuffer quick = written(value);
      byte[] bytes = new byte[quick.remaining()];
      quick.get(0, bytes);
      assertThat(bytes).as("%s", value).isEqualTo(Codec.encode(value, Role.ITEM));
      assertThat(
              CompactReader.read(
                  ByteBuffer.wrap(bytes), PartSource.none(), LOADER, Filters.tasks()))
          .isEqualTo(value);
      assertThat(QuickForm.take(quick, Filters.results())).isEqualTo(value);
      assertThat(quick.hasRemaining()).isFalse();
    }
  }

  @Test
  void put_otherValues_nothingIsWritten() {
    for (Object other :
        List.of("x".repeat(41), "Łódź", 1f, 'c', List.of(1), new int[1], (byte) 1)) {
      ByteBuffer out = ByteBuffer.allocate(QuickForm.MOST_BYTES + 7).position(7);
      assertThat(QuickForm.put(other, out)).isFalse();
      assertThat(out.position()).isEqualTo(7);
    }
  }

  /** What is damaged is left to the reader that says so. */
  @Test
  void take_tooShortOrTooLong_isNotTaken() {
    for (Object value : quickValues()) {
      ByteBuffer whole = written(value);
      ByteBuffer longer = ByteBuffer.allocate(whole.remaining() + 1).put(whole).put((byte) 0x7e);
      assertThat(QuickForm.take(longer.flip(), Filters.tasks())).isSameAs(QuickForm.NOT_QUICK);
      assertThat(longer.position()).isZero();
      ByteBuffer shorter = whole.flip().limit(whole.limit() - 1);
      assertThat(QuickForm.take(shorter, Filters.tasks())).isSameAs(QuickForm.NOT_QUICK);
      assertThatThrownBy(() -> Codec.decode(shorter, LOADER, Filters.tasks()))
          .isInstanceOf(DecodeException.class);
    }
  }

  /** A filter that may refuse such a value is asked. */
  @Test
  void decode_filterRefuses_isRefused() throws Exception {
    ByteBuffer number = written(1_000);
    ValueFilter noNumbers =
        new ValueFilter(type -> type != Integer.class, 9, 9, 1_000, "do without %s");
    assertThatThrownBy(() -> Codec.decode(number.duplicate(), LOADER, noNumbers))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("Integer");
    ValueFilter small = new ValueFilter(_ -> true, 9, 9, 4, "do without %s");
    assertThatThrownBy(() -> Codec.decode(number.duplicate(), LOADER, small))
        .isInstanceOf(DecodeException.class)
        .hasMessageContaining("too large");
    ValueFilter all = new ValueFilter(_ -> true, 9, 9, 1_000, "do without %s");
    assertThat(Codec.decode(number.duplicate(), LOADER, all)).isEqualTo(1_000);
    assertThat(Codec.decode(number.duplicate(), LOADER, all)).isEqualTo(1_000);
  }
}
