package dev.tutti.process.worker;

import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.Mutations;
import dev.tutti.process.wire.Session;
import dev.tutti.spi.Belongings;
import java.io.IOException;
import java.util.SplittableRandom;

/** What a worker says in a session. */
public final class Answers {
  private Answers() {}

  /**
   * Records what a worker answers, from whom the last item was taken back.
   *
   * @param session what the pool says
   * @param claims the claim words
   * @return what the worker says
   * @throws IOException if it refuses something
   */
  public static byte[] to(byte[] session, Claims claims) throws IOException {
    for (int i = 0; i < Session.ITEMS; i++) {
      claims.queue(i);
    }
    claims.takeBack(Session.ITEMS - 1);
    claims.queuePack(Session.PACK, Session.items().size());
    Mutations.Replay replay = new Mutations.Replay(session, new SplittableRandom(1));
    new ItemLoop(
            replay,
            claims,
            new Attempt(Thread.currentThread()),
            new Belongings(),
            new Teller(_ -> {}),
            new HeapWatch(0),
            new LargeValues(ProcessHandle.current().pid()))
        .run();
    return replay.sent();
  }
}
