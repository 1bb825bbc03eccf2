package dev.tutti.process.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.tutti.codec.Codec;
import dev.tutti.codec.Filters;
import dev.tutti.codec.Role;
import dev.tutti.plan.CallOptions;
import dev.tutti.process.ProcessOptions;
import dev.tutti.process.block.BlockReader;
import dev.tutti.process.block.Blocks;
import dev.tutti.process.block.Cargo;
import dev.tutti.process.launch.LaunchPlan;
import dev.tutti.process.launch.PlainPlan;
import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.Hello;
import dev.tutti.process.wire.Introduction;
import dev.tutti.process.wire.LateSocket;
import dev.tutti.process.wire.Mutations;
import dev.tutti.process.wire.Session;
import dev.tutti.process.wire.WireException;
import dev.tutti.process.worker.Answers;
import dev.tutti.spi.Batch;
import dev.tutti.spi.Body;
import dev.tutti.spi.Call;
import dev.tutti.spi.GroupRequest;
import dev.tutti.spi.Item;
import dev.tutti.spi.OutcomeSink;
import dev.tutti.spi.PartOutcomes;
import dev.tutti.spi.WorkSource;
import dev.tutti.task.Outcome;
import dev.tutti.task.WorkerLostException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a pool does with what a worker said, damaged on its way. */
@SuppressWarnings("EnumOrdinal") // as the frames do
@Tag("unit")
@Timeout(3_600)
class ArrivalsFuzzTest {
  private static final long MOST_BYTES = 32L << 20;
  private static final Cargo NO_FUNCTION =
      Cargo.of(null, Role.FUNCTION, new Blocks(0), Frame.MAX_PAYLOAD_BYTES, "no way out");

  private final Told told = new Told();
  private ProcessGroup group;
  private Claims claims;

  /** Counts what is told. */
  private static final class Told implements OutcomeSink, WorkSource {
    private final Set<Object> ended = new HashSet<>();
    private int twice;

    @Override
    public void endedPart(Item pack, int from, PartOutcomes outcomes) {
      for (int i = from; i < from + outcomes.size(); i++) {
        if (!ended.add(pack.index() + i)) {
          twice++;
        }
      }
    }

    @Override
    public void ended(Item item, Outcome<?> outcome, long elapsedNanos) {
      if (!ended.add(item)) {
        twice++;
      }
    }

    @Override
    public void overdue(Item item, long elapsedNanos) {}

    @Override
    public void returned(Item item, @Nullable WorkerLostException death) {}

    @Override
    public void batchEnded(Batch batch, long elapsedNanos) {}

    @Override
    public void startFailed(Throwable cause) {}

    @Override
    public @Nullable Batch poll(Object worker, boolean othersFree, int most) {
      return null;
    }

    @Override
    public boolean hasWork() {
      return false;
    }
  }

  @BeforeEach
  void open() throws IOException {
    LaunchPlan plan = PlainPlan.withJava(Optional.empty());
    RetireRules rules = PlainPool.RULES;
    Duration minute = Duration.ofSeconds(60);
    GroupRequest request = new GroupRequest("fuzz", ProcessOptions.DEFAULTS, told, told, _ -> {});
    group =
        new ProcessGroup(
            new GroupPlan(plan, minute, rules, null, null, Filters.results(), minute), request);
    claims = Claims.create();
  }

  @AfterEach
  void close() throws Exception {
    group.close();
    assertThat(group.awaitGone(Duration.ofSeconds(10))).isTrue();
    claims.close();
  }

  /** Whatever a worker says, an item ends once at most, and what has not ended is known. */
  @Test
  void take_damagedAnswers_endsEachItemOnceAtMost() throws Exception {
    List<byte[]> answers = Mutations.frames(Answers.to(Session.toWorker(), claims));
    assertThat(answers)
        .extracting(frame -> frame[Integer.BYTES])
        .contains((byte) Frame.Kind.BATCH_DONE.ordinal());
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    SplittableRandom random = new SplittableRandom(Mutations.SEED);
    Link link = new Link(group, 0);
    int refused = 0;
    int ended = 0;
    for (int round = 0; round < Mutations.ROUNDS; round++) {
      SplittableRandom own = random.split();
      byte[] damaged = Mutations.mutate(answers, own);
      told.ended.clear();
      Pool pool = new Pool(link);
      long before = threads.getCurrentThreadAllocatedBytes();
      try {
        pool.hear(new Mutations.Replay(damaged, own));
      } catch (IOException e) {
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("round=%d seed=%d".formatted(round, Mutations.SEED), e);
      }
      assertThat(threads.getCurrentThreadAllocatedBytes() - before)
          .as("memory of round %d", round)
          .isLessThan(MOST_BYTES);
      int left = pool.waiting();
      for (Flight flight : pool.flights.closeAll()) {
        left += flight.held() - flight.landed();
      }
      assertThat(told.twice).as("items told twice in round %d", round).isZero();
      assertThat(told.ended.size() + left)
          .as("items in round %d", round)
          .isEqualTo(Session.ITEMS - 1);
      ended += told.ended.size();
    }
    assertThat(refused).isPositive();
    assertThat(ended).isPositive();
  }

  /** The pool's end of the session. */
  private final class Pool implements Arrivals.Listener {
    private final ArrayDeque<Batch> batches = new ArrayDeque<>();
    private final Flights flights;
    private final Arrivals arrivals;
    private boolean isBroken;
    private final ClassAnswers classes = new ClassAnswers("a test");
    private final LateSocket noSocket = new LateSocket();
    private final BlockReader blocks = new BlockReader(ProcessHandle.current().pid(), true);

    Pool(Link link) throws IOException {
      noSocket.close();
      flights = new Flights(link, claims);
      arrivals =
          new Arrivals(flights, new Reading(group.resources().readings()), blocks, told, this);
      List<Object> all = Session.items();
      Call map = new Call(Body.FN, Session.function(), CallOptions.DEFAULTS) {};
      map.form(new SentCall(NO_FUNCTION, Frame.Loader.SYSTEM));
      batches.add(new Batch(map, items(map, all.subList(0, 5))));
      batches.add(new Batch(map, items(map, all.subList(5, all.size()))));
      Item pack = Item.pack(map, 0, all.toArray());
      group.admit(pack);
      batches.add(new Batch(map, List.of(pack)));
      Call submit = new Call(Body.CALLABLE, Session.function(), CallOptions.DEFAULTS) {};
      submit.form(new SentCall(NO_FUNCTION, Frame.Loader.SYSTEM));
      batches.add(new Batch(submit, List.of(new Item(submit, 0, null)))); // one was taken back
      goOn();
    }

    private List<Item> items(Call call, List<Object> values) {
      List<Item> items = new ArrayList<>();
      values.forEach(value -> items.add(new Item(call, items.size(), value)));
      return items;
    }

    @Override
    public void landed(int count) {
      if (isBroken) {
        throw new IllegalStateException("a pool of a test that is broken");
      }
      goOn();
    }

    @Override
    public void pastBatch() {
      goOn();
    }

    @Override
    public void leaves(Frame.Leave reason) {
      flights.takeBackAll();
    }

    @Override
    public void isGone() {
      // Damage can name memory that was never there.
    }

    @Override
    public void advanced(long index, double fraction, String text) {
      assertThat(fraction).isBetween(0.0, 1.0);
    }

    @Override
    public void asks(Frame question) throws WireException {
      classes.take(question, noSocket);
    }

    @Override
    public void logs(ByteBuffer content) {
      assertThat(content.hasRemaining()).isTrue();
    }

    private void goOn() {
      flights.finish();
      if (flights.all().isEmpty() && !batches.isEmpty()) {
        flights.load(batches.poll());
      }
    }

    void hear(Mutations.Replay worker) throws IOException {
      try {
        for (Frame frame = worker.read(); frame != null; frame = worker.read()) {
          assertThat(arrivals.take(frame)).isTrue();
        }
      } finally {
        arrivals.tell();
        arrivals.end();
        blocks.close();
      }
    }

    int waiting() {
      return batches.stream().mapToInt(Batch::count).sum();
    }
  }

  /** Greetings and introductions that were damaged are taken or refused. */
  @Test
  void check_damagedGreeting_isTakenOrRefused() throws Exception {
    SplittableRandom random = new SplittableRandom(Mutations.SEED);
    byte[] hello = new Hello(77, Frame.Role.WORK, "secret").toFrame().array();
    List<String> lines = new Introduction("s", "/tmp/w.s", 7, "w", 0, claims.handle()).toLines();
    byte[] text = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    int taken = 0;
    int refused = 0;
    for (int round = 0; round < Mutations.ROUNDS; round++) {
      SplittableRandom own = random.split();
      try {
        Frame first = new Mutations.Replay(Mutations.mutate(List.of(hello), own), own).read();
        if (first != null) {
          assertThat(Hello.check(first, "secret").secret()).isEqualTo("secret");
          taken++;
        }
      } catch (IOException e) {
        refused++;
      }
      try {
        byte[] damaged = text.clone();
        damaged[own.nextInt(damaged.length)] = (byte) own.nextInt(256);
        String said =
            new String(damaged, 0, own.nextInt(damaged.length + 1), StandardCharsets.UTF_8);
        Introduction.read(new BufferedReader(new StringReader(said)));
        taken++;
      } catch (IOException e) {
        refused++;
      }
    }
    assertThat(taken).isPositive();
    assertThat(refused).isPositive();
  }

  /** A value that is damaged in flight is one item's failure; the next one is read. */
  @Test
  void take_unreadableResult_failsThatItemOnly() throws Exception {
    Pool pool = new Pool(new Link(group, 0));
    byte[] value = Codec.encode(new java.util.BitSet(7), Role.RESULT);
    value[value.length / 2] ^= 0x40;
    for (long number = 0; number < 2; number++) {
      byte[] content = number == 0 ? value : Codec.encode(1, Role.RESULT);
      var frame =
          new Frame(
              Frame.Kind.RESULT,
              java.nio.ByteBuffer.allocate(16 + content.length)
                  .putLong(number)
                  .putLong(5)
                  .put(content)
                  .flip());
      assertThat(pool.arrivals.take(frame)).isTrue();
    }
    pool.arrivals.tell();
    assertThat(told.ended).hasSize(2);
  }

  /** What has landed is told, whatever else fails: nobody else knows of it. */
  @Test
  void take_nextElementCannotBeServed_allThatLandedAreTold() throws Exception {
    Pool pool = new Pool(new Link(group, 0));
    for (long number = 0; number < Session.PACK; number++) {
      assertThat(pool.arrivals.take(answer(Frame.Kind.RESULT, number, 5L))).isTrue();
    }
    assertThat(pool.arrivals.take(answer(Frame.Kind.PACK_BEGUN, (long) Session.PACK))).isTrue();
    pool.arrivals.tell();
    told.ended.clear();
    int last = Session.items().size() - 1;
    for (int i = 0; i < last; i++) {
      assertThat(pool.arrivals.take(answer(Frame.Kind.NEXT_RESULT, 5L))).isTrue();
    }
    pool.isBroken = true;
    assertThatThrownBy(() -> pool.arrivals.take(answer(Frame.Kind.NEXT_RESULT, 5L)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(told.ended).hasSize(last + 1);
  }

  private static Frame answer(Frame.Kind kind, long... head) {
    byte[] value = kind == Frame.Kind.PACK_BEGUN ? new byte[0] : Codec.encode(1, Role.RESULT);
    ByteBuffer content = ByteBuffer.allocate(head.length * Long.BYTES + value.length);
    for (long number : head) {
      content.putLong(number);
    }
    return new Frame(kind, content.put(value).flip());
  }

  /** A batch that cannot be sent as a whole is not there at all. */
  @Test
  void load_fails_nothingIsLeft() throws Exception {
    Claims gone = Claims.create();
    Flights flights = new Flights(new Link(group, 0), gone);
    Call call = new Call(Body.FN, Session.function(), CallOptions.DEFAULTS) {};
    call.form(new SentCall(NO_FUNCTION, Frame.Loader.SYSTEM));
    Batch batch = new Batch(call, List.of(new Item(call, 0, "a"), new Item(call, 1, "b")));
    gone.close();
    assertThatThrownBy(() -> flights.load(batch)).isInstanceOf(IllegalStateException.class);
    assertThat(flights.isBusy()).isFalse();
    assertThat(flights.all()).isEmpty();
    assertThat(flights.finish()).isNull();
  }
}
