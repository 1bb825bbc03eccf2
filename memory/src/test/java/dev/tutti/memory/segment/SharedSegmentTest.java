package dev.tutti.memory.segment;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class SharedSegmentTest {

  /** In one process there is one object for a segment, however often its handle comes in. */
  @Test
  void attach_ownHandle_isTheSameObject() throws IOException {
    try (SharedSegment mine = SharedSegment.create(64)) {
      assertThat(SharedSegment.attach(mine.handle())).isSameAs(mine);
      mine.data().set(JAVA_LONG, 56, 7);
      assertThat(mine.data().byteSize()).isEqualTo(64);
    }
  }

  /** A handle to what is closed, or whose descriptor is another segment by now, is refused. */
  @Test
  void attach_goneOrAnother_isRefused() throws IOException {
    SharedSegment gone = SharedSegment.create(64);
    SharedSegment.Handle handle = gone.handle();
    gone.close();
    gone.close();
    assertThatIOException()
        .isThrownBy(() -> SharedSegment.attach(handle))
        .withMessageContaining("shared memory is gone");
    try (SharedSegment other = SharedSegment.create(64)) {
      SharedSegment.Handle wrong =
          new SharedSegment.Handle(other.handle().segment(), UUID.randomUUID());
      assertThatIOException()
          .isThrownBy(() -> SharedSegment.attach(wrong))
          .withMessageContaining("something else has its descriptor");
    }
  }

  /** What nobody uses any more is given back, without a close. */
  @Test
  void create_dropped_isClosed() throws Exception {
    SharedSegment.Handle handle = SharedSegment.create(64).handle();
    boolean gone = false;
    for (int i = 0; i < 1_000 && !gone; i++) {
      System.gc();
      try {
        Segment.open(handle.segment()).close();
        Thread.onSpinWait();
      } catch (IOException closed) {
        gone = true;
      }
    }
    assertThat(gone).isTrue();
  }

  /** A segment without room for anything is refused. */
  @Test
  void create_empty_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> SharedSegment.create(0));
  }
}
