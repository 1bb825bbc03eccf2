package dev.tutti.memory.bell;

import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;

/**
 * Where one platform thread sleeps in the kernel until it is woken or, if it asks for that,
 * interrupted.
 *
 * <p><b>Thread safety.</b> {@link #wakeup} may be called from any thread.
 */
final class Bed extends AbstractSelector {
  /*
   * A thread in a system call does not notice an interrupt. For those who write selectors of their own the JDK has a
   * way: an interrupt of a thread between begin() and end() calls wakeup(), and begin() does so itself if the thread is
   * interrupted already. So this is a selector of which nothing else is used.
   *
   * The sleeper has read the alarm before it looked whether it is interrupted. An interrupt that comes later
   * changes the alarm, then wakes: so it meets either a thread that does not fall asleep, or one that sleeps. It wakes
   * those only that have the same mark, of which there are 32: where a thousand wait and all are interrupted, each wakes thirty others and
   * not a thousand.
   */
  private final Words words;
  private final int word;
  private final int mark = 1 << (Thread.currentThread().threadId() % Integer.SIZE);

  Bed(Words words, int word) {
    super(SelectorProvider.provider());
    this.words = words;
    this.word = word;
  }

  /**
   * Sleeps while the alarm has a value. It may return at any time.
   *
   * @param alarm the lower half of the alarm, read before the thread's last look
   * @param nanos how long at most; {@code Long.MAX_VALUE} for ever
   */
  void sleep(int alarm, long nanos, boolean interruptibly) {
    try {
      if (interruptibly) {
        begin();
      }
      words.sleep(word, alarm, mark, nanos);
    } finally {
      if (interruptibly) {
        end();
      }
    }
  }

  @Override
  public Selector wakeup() {
    words.increment(word);
    words.wake(word, mark, Integer.MAX_VALUE);
    return this;
  }

  @Override
  protected void implCloseSelector() {}

  @Override
  protected SelectionKey register(AbstractSelectableChannel channel, int ops, Object attachment) {
    throw new UnsupportedOperationException("only for sleeping");
  }

  @Override
  public Set<SelectionKey> keys() {
    return Set.of();
  }

  @Override
  public Set<SelectionKey> selectedKeys() {
    return Set.of();
  }

  @Override
  public int selectNow() {
    throw new UnsupportedOperationException("only for sleeping");
  }

  @Override
  public int select(long timeout) {
    throw new UnsupportedOperationException("only for sleeping");
  }

  @Override
  public int select() {
    throw new UnsupportedOperationException("only for sleeping");
  }
}
