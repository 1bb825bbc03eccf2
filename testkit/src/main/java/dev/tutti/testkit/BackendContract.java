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
 * <p>They follow the rows of the design's list of behaviours, whose numbers stand in the comments:
 * B for what the peers do too, X for what is better. Left out here, because they make no sense on a
 * JVM or for a pool:
 *
 * <ul>
 *   <li>keyword arguments (B022); an initialiser that is not callable (B004), a chunk of 1.42 items
 *       (B014) and half a worker (B012), which the compiler refuses;
 *   <li>a default of at most 32 threads (B011), whose reason is Python's lock;
 *   <li>an executor that is asked for anew with other options (B121): the shared pool has those of
 *       the JVM;
 *   <li>a backend that has no worker (B151): sizes below one are refused (B001);
 *   <li>a check whether a future was successful (B191) is the JDK's {@code Future.state}.
 * </ul>
 *
 * <p>Where the list's other words decide, the row is tested as they say: two calls on one object
 * are allowed (B072), and the number of results before an input error depends on no batch (B055).
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
