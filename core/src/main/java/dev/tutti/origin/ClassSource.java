package dev.tutti.origin;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The process that started this one, as something that can be asked for classes. */
public abstract class ClassSource {
  private static volatile @Nullable ClassSource parent;

  /** For subclasses. */
  protected ClassSource() {}

  /**
   * Says whom this process can ask. Once, before the first value is read.
   *
   * @param source who has started it
   */
  public static void parent(ClassSource source) {
    parent = source;
  }

  /** {@return whom this process can ask; null if nobody has started it} */
  static @Nullable ClassSource parent() {
    return parent;
  }

  /**
   * Asks, and waits for the answer. From any thread; an interrupt is kept for later.
   *
   * @param question its bytes
   * @return the answer's, as {@link ClassServer} gives them
   * @throws IOException if there will be none
   */
  protected abstract ByteBuffer ask(ByteBuffer question) throws IOException;
}
