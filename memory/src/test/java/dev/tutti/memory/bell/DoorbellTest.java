package dev.tutti.memory.bell;

import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the thread at this process's doorbell promises. */
@Tag("unit")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class DoorbellTest {
  /**
   * What goes wrong at a line, and when that is told, does not end the thread on which all rely,
   * nor does it keep that thread from the other lines.
   */
  @Test
  void listen_lookAndLogFail_goesOn() throws Exception {
    List<AtomicInteger> looks = Stream.generate(AtomicInteger::new).limit(8).toList();
    Doorbell bell = Doorbell.own();
    Members members = new Members(Street.sound(0).newHouse(), bell);
    List<Line> lines =
        looks.stream().map(count -> new Line(members, -1, false, failing(count))).toList();
    Logger logger = Logger.getLogger("dev.tutti");
    Handler failing = failing();
    logger.addHandler(failing);
    try {
      lines.forEach(bell::watch);
      Await.until(
          () -> "all are looked at again and again: " + looks,
          () -> looks.stream().allMatch(count -> count.get() >= 3));
    } finally {
      lines.forEach(bell::unwatch);
      logger.removeHandler(failing);
    }
  }

  private static Line.Subject failing(AtomicInteger looks) {
    return new Line.Subject() {
      @Override
      public boolean isReady() {
        return false;
      }

      @Override
      public void look() {
        looks.incrementAndGet();
        throw new OutOfMemoryError("not really");
      }
    };
  }

  private static Handler failing() {
    return new Handler() {
      @Override
      public void publish(LogRecord said) {
        throw new OutOfMemoryError("not really either");
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }
}
