package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.memory.segment.SharedSegment;
import dev.tutti.testkit.Await;
import java.io.InvalidObjectException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class HandleTest {

  /** In one process there is one Java object for each, however often its handle comes in. */
  @Test
  void read_ownHandle_isTheSameObject() throws Exception {
    ProcessReadWriteLock lock = ProcessReadWriteLock.create();
    List<Object> all =
        List.of(
            ProcessSemaphore.create(1),
            ProcessLock.create(),
            ProcessLock.create().newCondition(),
            lock,
            lock.readLock(),
            lock.writeLock(),
            ProcessEvent.create(),
            ProcessLatch.create(1),
            ProcessBarrier.create(1),
            ProcessQueue.create(1));
    for (Object one : all) {
      assertThat(Neighbour.copy(one)).isSameAs(one);
    }
  }

  /** A handle to what is gone is refused, with the reason. */
  @Test
  void read_goneSegment_isRefused() throws Exception {
    try (SharedSegment small = SharedSegment.create(64)) {
      Handle wrong = new Handle(Kind.LOCK, small.handle());
      assertThatThrownBy(() -> Neighbour.copy(wrong))
          .isInstanceOf(InvalidObjectException.class)
          .hasMessageContaining("shared memory holds another kind of object");
      Handle gone =
          new Handle(
              Kind.LOCK, new SharedSegment.Handle(small.handle().segment(), UUID.randomUUID()));
      assertThatThrownBy(() -> Neighbour.copy(gone))
          .isInstanceOf(InvalidObjectException.class)
          .hasMessageContaining("cannot share: kind=LOCK: shared memory is gone");
    }
  }

  /** While the memory of one is made, which may be gigabytes, others are made and come in. */
  @Test
  void create_isBeingMade_othersDoNotWait() {
    ProcessEvent event =
        Handle.create(Kind.EVENT, ProcessEvent.class, _ -> assertThat(another()).isCompleted());
    assertThat(event.isSet()).isFalse();
  }

  private static CompletableFuture<ProcessEvent> another() {
    CompletableFuture<ProcessEvent> made = CompletableFuture.supplyAsync(ProcessEvent::create);
    assertThat(made).succeedsWithin(Await.PATIENCE);
    return made;
  }
}
