package dev.tutti.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.Pool;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The contract, on the caller's own thread. */
final class SequentialContractTest extends BackendContract {
  @Override
  public Pool open(int workers) {
    return Pool.sequential();
  }

  @Override
  public Pool open() {
    return Pool.sequential();
  }

  @Override
  public boolean isolated() {
    return false;
  }

  @Override
  public boolean callerRuns() {
    return true;
  }

  @Override
  public boolean canStop() {
    return false;
  }

  /** A task runs on the thread that submits it, and has ended when submit returns. */
  @Test
  void submit_severalThreads_eachRunsItsOwn() throws Exception {
    try (Pool pool = Pool.sequential()) {
      List<Caller<Integer>> callers = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        callers.add(Caller.of(() -> ownTasks(pool)));
      }
      for (Caller<Integer> caller : callers) {
        Caller.End<Integer> end = caller.end();
        assertThat(end.failure()).isNull();
        assertThat(end.result()).isEqualTo(2_000);
      }
    }
  }

  private static int ownTasks(Pool pool) throws Exception {
    int right = 0;
    for (int i = 0; i < 2_000; i++) {
      var future = pool.submit(Thread::currentThread);
      right += future.isDone() && future.get() == Thread.currentThread() ? 1 : 0;
    }
    return right;
  }
}
