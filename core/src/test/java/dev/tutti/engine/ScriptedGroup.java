package dev.tutti.engine;

import dev.tutti.spi.Batch;
import dev.tutti.spi.Call;
import dev.tutti.spi.Capabilities;
import dev.tutti.spi.ChoosingGroup;
import dev.tutti.spi.Item;
import dev.tutti.spi.WorkerGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/** A group without workers: the test says what happens, and looks at what was asked. */
class ScriptedGroup implements WorkerGroup {
  final AtomicInteger wakeUps = new AtomicInteger();
  final ConcurrentLinkedQueue<Item> stopped = new ConcurrentLinkedQueue<>();
  final AtomicInteger closed = new AtomicInteger();
  final AtomicInteger closedNow = new AtomicInteger();
  Function<Batch, List<Item>> onTakeBack = _ -> List.of();
  Consumer<Item> onAdmit = _ -> {};
  Runnable onWork = () -> {};
  Consumer<Batch> onRun = _ -> {};
  ThreadFactory keepers = Thread.ofPlatform().name("tutti-test-keeper").daemon(false).factory();

  /** One of which the engine chooses the way. */
  static final class Choosing extends ScriptedGroup implements ChoosingGroup {
    @Override
    Dispatcher dispatcher() {
      Dispatcher dispatcher = super.dispatcher();
      dispatcher.engine(new Engine("test", "auto", dispatcher, new Listeners(), Optional.empty()));
      return dispatcher;
    }

    @Override
    public void run(Batch batch) {
      onRun.accept(batch);
    }

    @Override
    public boolean isWorker() {
      return false;
    }

    @Override
    public void helpUntil(Awaited awaited, long nanos) {
      throw new IllegalStateException("no thread is a worker");
    }
  }

  /** {@return a dispatcher in front of this group} */
  Dispatcher dispatcher() {
    Dispatcher[] self = new Dispatcher[1];
    Keeper keeper = new Keeper(keepers, () -> self[0].openItems() > 0);
    self[0] = new Dispatcher(keeper);
    self[0].group(this);
    return self[0];
  }

  /** {@return what a group in one memory takes back: unclaimed items, from the end} */
  static List<Item> halfOf(Batch batch) {
    List<Item> back = new ArrayList<>();
    for (int i = batch.items().size() - 1; i >= (batch.items().size() + 1) / 2; i--) {
      if (batch.items().get(i).takeBack()) {
        back.addFirst(batch.items().get(i));
      }
    }
    return back;
  }

  @Override
  public Capabilities capabilities() {
    return new Capabilities(false, true, true, false);
  }

  @Override
  public int maxWorkers() {
    return 2;
  }

  @Override
  public void resize(int workers) {}

  @Override
  public int liveWorkers() {
    return closed.get() + closedNow.get() > 0 ? 0 : 2;
  }

  @Override
  public void admit(Call call) {}

  @Override
  public void admit(Item item) {
    onAdmit.accept(item);
  }

  @Override
  public void workQueued() {
    wakeUps.incrementAndGet();
    onWork.run();
  }

  @Override
  public List<Item> takeBack(Batch batch, int most) {
    return onTakeBack.apply(batch);
  }

  @Override
  public void stop(Item item) {
    stopped.add(item);
  }

  @Override
  public void warm() {}

  @Override
  public void close() {
    closed.incrementAndGet();
  }

  @Override
  public void closeNow() {
    closedNow.incrementAndGet();
  }

  @Override
  public boolean awaitGone(Duration timeout) {
    return true;
  }
}
