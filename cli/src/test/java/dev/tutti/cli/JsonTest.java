package dev.tutti.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Values as JSON. */
@Tag("unit")
class JsonTest {

  /** Objects and lists keep their order; null, numbers and truth values have their own forms. */
  @Test
  void of_nestedValues_onOneLine() {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("z", Arrays.asList(1, -2L, 0.5, true, null));
    object.put("a", Map.of());
    assertThat(Json.of(object)).isEqualTo("{\"z\":[1,-2,0.5,true,null],\"a\":{}}");
    assertThat(Json.of(List.of())).isEqualTo("[]");
  }

  /** What JSON does not allow within a string is escaped, half a surrogate pair too. */
  @Test
  void of_strangeCharacters_escaped() {
    assertThat(Json.of("a\"b\\c\n\r\t\u0001é😀")).isEqualTo("\"a\\\"b\\\\c\\n\\r\\t\\u0001é😀\"");
    assertThat(Json.of("x\ud83d")).isEqualTo("\"x\\ud83d\"");
    assertThat(Json.of("\ude00x")).isEqualTo("\"\\ude00x\"");
  }

  /** JSON has no form for what is not a finite number. */
  @Test
  void of_notFinite_string() {
    assertThat(Json.of(List.of(Double.NaN, Float.NEGATIVE_INFINITY)))
        .isEqualTo("[\"NaN\",\"-Infinity\"]");
  }
}
