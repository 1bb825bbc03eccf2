package dev.tutti.event;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How far a bulk call has come.
 *
 * @param done how many items have ended, the failed ones too
 * @param failed how many of them ended without a result
 * @param total how many items the input has, if that is known
 * @param elapsed how long the call has run
 * @param finished whether this is the last state of the call
 * @since 0.1
 */
public record ProgressState(
    long done, long failed, OptionalLong total, Duration elapsed, boolean finished) {
  private static final double NANOS = 1e9;

  /** Makes a state. */
  public ProgressState {
    Objects.requireNonNull(total, "total");
    Objects.requireNonNull(elapsed, "elapsed");
  }

  /** {@return how many items have ended a second, 0 while nothing has} */
  public double perSecond() {
    double seconds = elapsed.toNanos() / NANOS;
    return seconds > 0 ? done / seconds : 0;
  }

  /** {@return the time left at the rate so far, if the total is known and something has ended} */
  public Optional<Duration> remaining() {
    double rate = perSecond();
    if (total.isEmpty() || rate == 0) {
      return Optional.empty();
    }
    long left = Math.max(0, total.getAsLong() - done);
    return Optional.of(Duration.ofNanos((long) (left / rate * NANOS)));
  }

  /**
   * {@return the state in words, such as {@code 41,200/100,000 items 3,380/s 2 failed about 17 s
   * left}}
   */
  public String inWords() {
    StringBuilder text = new StringBuilder(number(done));
    total.ifPresent(n -> text.append('/').append(number(n)));
    text.append(" items  ").append(rate());
    if (failed > 0) {
      text.append("  ").append(number(failed)).append(" failed");
    }
    if (finished) {
      text.append("  in ").append(seconds(elapsed));
    } else {
      remaining().ifPresent(left -> text.append("  about ").append(seconds(left)).append(" left"));
    }
    return text.toString();
  }

  private String rate() {
    double rate = perSecond();
    return String.format(Locale.ROOT, rate < 100 ? "%.1f/s" : "%,.0f/s", rate);
  }

  private static String number(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  private static String seconds(Duration d) {
    double seconds = d.toNanos() / NANOS;
    if (seconds < 10) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    if (seconds < 120) {
      return String.format(Locale.ROOT, "%.0f s", seconds);
    }
    return String.format(Locale.ROOT, "%.0f min", seconds / 60);
  }
}
