package dev.tutti.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which JDKs are refused. */
@Tag("unit")
final class JdkFloorTest {
  @Test
  void ensure_olderVersion_isRefusedByName() {
    for (String version : List.of("17.0.9", "24.0.2", "25", "25.0.1", "25.0.2+10")) {
      assertThatIllegalStateException()
          .isThrownBy(() -> JdkFloor.ensure(Runtime.Version.parse(version)))
          .withMessageContaining(version)
          .withMessageContaining("25.0.3")
          .withMessageContaining("JDK-8377811");
    }
  }

  @Test
  void ensure_floorOrNewer_isAccepted() {
    for (String version : List.of("25.0.3", "25.0.3+1-LTS", "25.0.4", "25.1", "26-ea+1", "27")) {
      assertThatCode(() -> JdkFloor.ensure(Runtime.Version.parse(version)))
          .doesNotThrowAnyException();
    }
  }

  /** The quick look says yes only where the long one would. */
  @Test
  void isSurelyNewer_anyVersion_agreesWithTheLongLook() {
    for (String version : List.of("25.0.3", "25.0.3.1", "25.0.4", "25.1", "26", "27")) {
      assertThat(JdkFloor.isSurelyNewer(version)).as(version).isTrue();
    }
    for (String version :
        List.of("", "17.0.9", "25", "25.0.1", "25.0.2", "26-ea", "25.0.3-x", "99999999999")) {
      assertThat(JdkFloor.isSurelyNewer(version)).as(version).isFalse();
    }
  }
}
