package dev.tutti.process.group;

import static java.util.Objects.requireNonNull;

import dev.tutti.codec.Role;
import dev.tutti.process.block.Blocks;
import dev.tutti.process.block.Cargo;
import dev.tutti.process.wire.Frame;
import dev.tutti.spi.Call;
import dev.tutti.spi.Item;
import dev.tutti.task.NotSendableException;
import org.jspecify.annotations.Nullable;

/**
 * Brings what is to run into the form in which it travels to a worker, as it is at that moment.
 *
 * <p><b>Thread safety.</b> For any thread; a call or an item is one thread's until it is admitted.
 */
final class Admission implements AutoCloseable {
  /*
   * What is large is copied into a block of shared memory, which its call or item holds until it is forgotten. An
   * item holds the block of its function as well: it may run longer than its call is wanted.
   */
  private final Blocks blocks = new Blocks(Runtime.getRuntime().maxMemory());

  void admit(Call call) {
    call.form(new SentCall(cargo(call.function(), Role.FUNCTION), Frame.Loader.current()));
  }

  void admit(Item item) {
    if (!item.call().body().hasItem()) {
      return;
    }
    Cargo function = ((SentCall) requireNonNull(item.call().form(), "form")).cargo();
    if (item.isPack()) {
      admitPack(item, function);
      return;
    }
    Cargo cargo = cargo(item.argument(), Role.ITEM);
    boolean holdsFunction = function.hold();
    item.form(
        cargo.hasBlock() || holdsFunction
            ? new SentItem(cargo, holdsFunction ? function : null)
            : cargo.bytes(),
        cargo.size());
  }

  /** What is large has an item of its own, which holds its memory. */
  private static void admitPack(Item pack, Cargo function) {
    if (function.hasBlock()) {
      throw new NotSendableException("the function of a pack has large parts", null);
    }
    EncodedPack form = EncodedPack.of(pack);
    pack.form(form, form.bytes(0, pack.count()));
  }

  private Cargo cargo(@Nullable Object value, Role role) {
    return Cargo.of(
        value, role, blocks, Frame.MAX_PAYLOAD_BYTES, "pass the name of a file instead");
  }

  /** A call sends nothing any more. */
  void forget(Call call) {
    if (call.form() instanceof SentCall sent) {
      sent.forget();
    }
  }

  /** An item runs nowhere any more. */
  void forget(Item item) {
    if (item.form() instanceof SentItem sent) {
      sent.forget();
    }
    Call call = item.call();
    if (!call.body().hasItem()) { // it is one task, so this was all of it
      forget(call);
      call.form(null); // who keeps its future need not keep its bytes
    }
  }

  /** All workers are gone. */
  @Override
  public void close() {
    blocks.close();
  }
}
