package dev.tutti.testkit;

import dev.tutti.Pool;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What every backend must keep, as tests: whoever writes a backend extends this class.
 *
 * <pre>{@code
 * final class MineContractTest extends BackendContract {
 *   @Override
 *   public Pool open(int workers) {
 *     return Pool.open(MyOptions.DEFAULTS.withWorkers(workers));
 *   }
 *   ...
 * }
 * }</pre>
 *
 * <p>The tests speak with their tasks by results and files only, so they hold for workers that
 * share no memory with the test. Where a fact changes what is right, the same test asserts the
 * other right thing; none is skipped.
 *
 * <p>The guide has a backend that keeps it, {@code docs/guide/backends.md}.
 *
 * <p>Where an {@code ExecutorService} leaves something open they decide: sizes below one are
 * refused, one {@code Bulk} may have several calls on their way, and how many results come before
 * an input throws does not depend on batches.
 *
 * <p><b>Thread safety.</b> For tests that run one after another.
 *
 * @since 0.1
 */
@Tag("contract")
@ExtendWith({Watchdog.class, LeakCheck.class})
public abstract class BackendContract
    implements SubmitSuite,
        ExecutorSuite,
        BulkSuite,
        StreamSuite,
        InputSuite,
        ReduceSuite,
        MappingSuite,
        SharingSuite,
        FailureSuite,
        ShutdownSuite,
        FutureSuite,
        LimitSuite,
        ContextSuite,
        CrossingSuite,
        GroupSuite,
        GroupBoundsSuite,
        CombinatorSuite,
        CallbackSuite,
        GraphSuite,
        GraphBoundsSuite,
        QueueSuite,
        ExecutorRulesSuite {
  /** For subclasses. */
  protected BackendContract() {}

  /**
   * {@return a new pool; the test closes it}
   *
   * @param workers how many workers at most; not looked at where they are not counted
   */
  @Override
  public abstract Pool open(int workers);

  /** {@return a new pool with at least two workers, where workers are counted} */
  @Override
  public abstract Pool open();

  /**
   * {@return whether workers are processes: nothing is shared, and what cannot travel is refused}
   */
  @Override
  public abstract boolean isolated();

  /** {@return whether the thread that submits a task runs it} */
  @Override
  public abstract boolean callerRuns();

  /** {@return whether a task that ignores its interrupt can be stopped} */
  @Override
  public abstract boolean canStop();

  /** {@return whether a task waits while all workers are busy; true if not overridden} */
  @Override
  public boolean boundsWorkers() {
    return !callerRuns();
  }
}
