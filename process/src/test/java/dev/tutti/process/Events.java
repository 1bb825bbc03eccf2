package dev.tutti.process;

import dev.tutti.event.PoolEvent;
import dev.tutti.event.PoolListener;
import dev.tutti.testkit.Await;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a pool has told. */
final class Events implements PoolListener {
  private final List<PoolEvent> all = new CopyOnWriteArrayList<>();

  @Override
  public void happened(PoolEvent event) {
    all.add(event);
  }

  <E extends PoolEvent> List<E> of(Class<E> type) {
    return all.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** {@return the events of a type, once there are so many} */
  <E extends PoolEvent> List<E> await(Class<E> type, int count) throws InterruptedException {
    Await.until(() -> count + " of " + type + " in " + all, () -> of(type).size() >= count);
    return of(type);
  }

  /** {@return why workers have ended, once so many have} */
  List<PoolEvent.Reason> awaitReasons(int count) throws InterruptedException {
    return await(PoolEvent.WorkerEnded.class, count).stream()
        .map(PoolEvent.WorkerEnded::reason)
        .toList();
  }
}
