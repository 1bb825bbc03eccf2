package dev.tutti.process.group;

import dev.tutti.process.block.Cargo;
import dev.tutti.process.wire.FramePacker;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** What workers get of an item that has large parts, or whose function has. */
final class SentItem {
  private final Cargo cargo;
  private final @Nullable Cargo function;
  private final AtomicBoolean forgotten = new AtomicBoolean();

  /**
   * @param cargo the item
   * @param function the function, if the item holds it too
   */
  SentItem(Cargo cargo, @Nullable Cargo function) {
    this.cargo = cargo;
    this.function = function;
  }

  Cargo cargo() {
    return cargo;
  }

  /** Adds the place of the large parts of what is added next, if it has any. */
  static void addParts(Cargo cargo, FramePacker frames) {
    ByteBuffer table = cargo.table();
    if (table != null) {
      frames.parts(table);
    }
  }

  /** It runs nowhere any more. May be called again. */
  void forget() {
    if (forgotten.compareAndSet(false, true)) {
      cargo.letGo();
      if (function != null) {
        function.letGo();
      }
    }
  }
}
