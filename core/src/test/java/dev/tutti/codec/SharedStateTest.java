package dev.tutti.codec;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tutti.task.NotSendableException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.concurrent.locks.StampedLock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class SharedStateTest {
  private static final ReentrantReadWriteLock READ_WRITE = new ReentrantReadWriteLock();

  /** What each process would have its own of is refused with the name of what they can share. */
  @Test
  void encode_stateOfOneJvm_namesItsCounterpart() {
    Map<Object, String> all = new LinkedHashMap<>();
    all.put(new AtomicLong(), "SharedLong");
    all.put(new AtomicInteger(), "SharedLong");
    all.put(new LongAdder(), "SharedLong");
    all.put(new DoubleAdder(), "SharedDouble");
    all.put(new AtomicIntegerArray(1), "SharedInts");
    all.put(new ReentrantLock(), "sync.ProcessLock");
    all.put(new ReentrantLock().newCondition(), "sync.ProcessLock and its newCondition()");
    all.put(READ_WRITE, "sync.ProcessReadWriteLock");
    all.put(READ_WRITE.readLock(), "sync.ProcessReadWriteLock");
    all.put(READ_WRITE.writeLock(), "sync.ProcessReadWriteLock");
    all.put(new StampedLock(), "sync.ProcessReadWriteLock");
    all.put(new Semaphore(1), "sync.ProcessSemaphore");
    all.put(new CountDownLatch(1), "sync.ProcessLatch");
    all.put(new CyclicBarrier(1), "sync.ProcessBarrier");
    all.put(new Phaser(), "sync.ProcessBarrier");
    all.put(new ArrayBlockingQueue<>(1), "sync.ProcessQueue");
    all.put(new LinkedBlockingDeque<>(), "sync.ProcessQueue");
    all.forEach((value, name) ->
        assertThatExceptionOfType(NotSendableException.class)
            .isThrownBy(() -> Codec.encode(value, Role.FUNCTION))
            .withMessageContaining(value.getClass().getName())
            .withMessageContaining("; use dev.tutti.memory." + name + ", use it in the caller"));
  }

  /** A concurrent collection is a value, though for old readers a map writes locks. */
  @Test
  void encode_concurrentMap_crosses() throws Exception {
    Map<String, Integer> map = new ConcurrentHashMap<>(Map.of("a", 1, "b", 2));
    Set<String> set = ConcurrentHashMap.newKeySet();
    set.add("a");
    for (Role role : Role.values()) {
      for (ValueFilter filter : List.of(Filters.tasks(), Filters.results())) {
        assertThat(roundTrip(map, role, filter)).isEqualTo(map).hasSameClassAs(map);
        assertThat(roundTrip(set, role, filter)).isEqualTo(set).hasSameClassAs(set);
        assertThat(roundTrip(new Object[] {map, 1}, role, filter)).isEqualTo(new Object[] {map, 1});
      }
    }
  }

  private static Object roundTrip(Object value, Role role, ValueFilter filter)
      throws DecodeException {
    ByteBuffer bytes = ByteBuffer.wrap(Codec.encode(value, role));
    return requireNonNull(Codec.decode(bytes, SharedStateTest.class.getClassLoader(), filter));
  }

  /** Where there is no counterpart none is named. */
  @Test
  void encode_stateWithoutCounterpart_namesNone() {
    for (Object value : new Object[] {new AtomicReference<>(1), new CompletableFuture<>()}) {
      assertThatExceptionOfType(NotSendableException.class)
          .isThrownBy(() -> Codec.encode(value, Role.ITEM))
          .withMessageContaining("; use it in the caller only, or use Pool.threads() [T003]");
    }
    assertThat(SharedState.isOne("text")).isFalse();
  }
}
