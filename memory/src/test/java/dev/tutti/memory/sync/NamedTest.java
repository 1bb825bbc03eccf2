package dev.tutti.memory.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tutti.memory.SharedMemory;
import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import dev.tutti.testkit.Watchdog;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("system")
@ExtendWith({LeakCheck.class, Watchdog.class})
class NamedTest {
  private final String name = "named-" + UUID.randomUUID();

  /** Two JVMs that know nothing of each other meet at each kind of object. */
  @Test
  void find_publishedElsewhere_isTheSameObject() throws Exception {
    try (Neighbour other = Neighbour.start()) {
      String prefix = name;
      try (var lock = Named.publish(prefix + "-lock", ProcessLock.create());
          var readWrite = Named.publish(prefix + "-rw", ProcessReadWriteLock.create());
          var semaphore = Named.publish(prefix + "-semaphore", ProcessSemaphore.create(3));
          var event = Named.publish(prefix + "-event", ProcessEvent.create());
          var latch = Named.publish(prefix + "-latch", ProcessLatch.create(2));
          var barrier = Named.publish(prefix + "-barrier", ProcessBarrier.create(2));
          var queue = Named.publish(prefix + "-queue", ProcessQueue.<String>create(4))) {
        other.call(() -> useAll(prefix));
        assertThat(lock.shared().isLocked()).isTrue();
        assertThat(readWrite.shared().writer()).isPresent();
        assertThat(semaphore.shared().permits()).isEqualTo(2);
        assertThat(event.shared().isSet()).isTrue();
        assertThat(latch.shared().count()).isEqualTo(1);
        assertThat(barrier.shared().isBroken()).isTrue();
        assertThat(queue.shared().take()).isEqualTo("hello");
        assertThat(lock)
            .hasToString("Named[name=" + prefix + "-lock, shared=" + lock.shared() + "]");
      }
    }
  }

  private static boolean useAll(String prefix) throws Exception {
    Named.find(prefix + "-lock", ProcessLock.class).lock();
    Named.find(prefix + "-rw", ProcessReadWriteLock.class).writeLock().lock();
    Named.find(prefix + "-semaphore", ProcessSemaphore.class).acquire();
    Named.find(prefix + "-event", ProcessEvent.class).set();
    Named.find(prefix + "-latch", ProcessLatch.class).countDown();
    Named.find(prefix + "-barrier", ProcessBarrier.class).abort();
    ProcessQueue<?> queue = Named.find(prefix + "-queue", ProcessQueue.class);
    return addHello(queue);
  }

  @SuppressWarnings("unchecked") // as it was published
  private static boolean addHello(ProcessQueue<?> queue) {
    return ((ProcessQueue<String>) queue).add("hello");
  }

  /** A name is free before it is published, after it was closed, and when its owner has died. */
  @Test
  void publish_closedOrOwnerDead_nameIsFree() throws Exception {
    assertNobodyHasIt();
    ProcessLock lock = ProcessLock.create();
    String wanted = name;
    Named<ProcessLock> named = Named.publish(name, lock);
    assertThatThrownBy(() -> Named.publish(wanted, ProcessLock.create()))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(Named.find(name, ProcessLock.class)).isSameAs(lock);
    named.close();
    named.close();
    assertNobodyHasIt();
    ProcessEvent found;
    try (Neighbour other = Neighbour.start()) {
      other.call(() -> Named.publish(wanted, ProcessEvent.create()).shared().isSet());
      found = Named.find(name, ProcessEvent.class);
    }
    Await.until("its owner is dead", this::isFree);
    found.set(); // who has it goes on
    assertThat(found.isSet()).isTrue();
  }

  private void assertNobodyHasIt() {
    assertThatThrownBy(() -> Named.find(name, ProcessLock.class))
        .isInstanceOf(NoSuchFileException.class);
  }

  private boolean isFree() throws IOException {
    try {
      Named.find(name, ProcessEvent.class);
      return false;
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  /** What is found is what was asked for; what cannot have a name is refused. */
  @Test
  void find_somethingElse_isRefused() throws Exception {
    try (Named<ProcessLock> lock = Named.publish(name, ProcessLock.create());
        SharedMemory memory = SharedMemory.named(name + "-memory", 64)) {
      assertThatThrownBy(() -> Named.find(name, ProcessEvent.class))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another kind of object");
      assertThatThrownBy(() -> Named.find(name + "-memory", ProcessLock.class))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another kind of object");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Named.publish(name + "-c", lock.shared().newCondition()))
          .withMessageContaining("publish its lock");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Named.publish(name + "-s", "text"))
          .withMessageContaining("type=java.lang.String");
      assertThatIllegalArgumentException().isThrownBy(() -> Named.publish("a/b", lock.shared()));
      assertThat(memory.bytes()).isEqualTo(64);
    }
  }

  /** It has one name at a time, and to close that again leaves the next one. */
  @Test
  void close_again_leavesTheNextName() throws Exception {
    ProcessLock lock = ProcessLock.create();
    Named<ProcessLock> first = Named.publish(name, lock);
    assertThatIllegalStateException()
        .isThrownBy(() -> Named.publish(name + "-too", lock))
        .withMessageContaining("name=" + name);
    first.close();
    try (Named<ProcessLock> next = Named.publish(name + "-next", lock)) {
      first.close();
      assertThat(Named.find(next.name(), ProcessLock.class)).isSameAs(lock);
    }
    try (Named<ProcessLock> again = Named.publish(name, lock)) {
      first.close();
      assertThat(Named.find(again.name(), ProcessLock.class)).isSameAs(lock);
    }
  }
}
