package dev.tutti.memory.bell;

import dev.tutti.testkit.Await;
import dev.tutti.testkit.LeakCheck;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
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
   * What goes wrong at a line, and when that is told, does not end the thread on which all rely.
   */
  @Test
  void listen_lookAndLogFail_goesOn() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    Doorbell bell = Doorbell.own();
    Members members = new Members(Street.sound(0).newHouse(), bell);
    Line line = new Line(members, -1, false, failing(looks));
    Logger logger = Logger.getLogger("dev.tutti");
    Handler failing = failing();
    logger.addHandler(failing);
    try {
      bell.watch(line);
      Await.until("looked again and again", () -> looks.get() >= 3);
    } finally {
      bell.unwatch(line);
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
