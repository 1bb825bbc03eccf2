package dev.tutti.process.group;

import dev.tutti.process.block.Cargo;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.FramePacker;
import dev.tutti.spi.Body;
import java.util.concurrent.atomic.AtomicBoolean;

/** What workers get of a call. */
@SuppressWarnings("EnumOrdinal") // both sides are of one build, which the greeting checks
final class SentCall {
  /*
   * The cargo of a function is held by the call, until no further item comes, and by each item of it (SentItem), until that
   * runs nowhere any more. So a worker that has claimed an item finds the function's large parts.
   */
  private final Cargo cargo;
  private final Frame.Loader loader;
  private final AtomicBoolean forgotten = new AtomicBoolean();

  /**
   * @param cargo its function
   * @param loader the class loader that its caller's thread has
   */
  SentCall(Cargo cargo, Frame.Loader loader) {
    this.cargo = cargo;
    this.loader = loader;
  }

  Cargo cargo() {
    return cargo;
  }

  /** Adds the function, after the place of its large parts. */
  void addTo(FramePacker frames, Body body) {
    SentItem.addParts(cargo, frames);
    frames.call(body.ordinal(), loader, cargo.bytes());
  }

  boolean isForgotten() {
    return forgotten.get();
  }

  /** No further item comes. May be called again. */
  void forget() {
    if (forgotten.compareAndSet(false, true)) {
      cargo.letGo();
    }
  }
}
