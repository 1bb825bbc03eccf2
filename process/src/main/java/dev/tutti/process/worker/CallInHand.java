package dev.tutti.process.worker;

import static java.util.Objects.requireNonNull;

import dev.tutti.codec.DecodeException;
import dev.tutti.codec.Filters;
import dev.tutti.codec.ValueFilter;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.WireException;
import dev.tutti.spi.Body;
import dev.tutti.task.NotSendableException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The call whose items come now: its function, and how that is called. For one thread. */
@SuppressWarnings("EnumOrdinal") // both sides are of one build, which the greeting checks
final class CallInHand {
  /*
   * A function is read with the first item that needs it, so that one that cannot be read fails each of
   * its items: only an item has somebody who waits. One that is called without an item is let go after it, with its bytes:
   * the pool sends it again for a further attempt.
   */
  private final LargeValues large;
  private final ValueFilter filter = Filters.tasks();
  private final ClassLoader loader = ClassLoader.getSystemClassLoader();
  private @Nullable ByteBuffer parts; // of the function
  private @Nullable ByteBuffer bytes; // of the function
  private @Nullable Object function;
  private Body body = Body.CALLABLE;
  private Frame.Loader named = Frame.Loader.SYSTEM;
  private @Nullable ClassLoader contextLoader = loader;

  CallInHand(LargeValues large) {
    this.large = large;
  }

  /** Another call begins. */
  void begin(ByteBuffer content, @Nullable ByteBuffer functionParts) throws WireException {
    body = bodyOf(content.get());
    named = Frame.Loader.of(content.get());
    bytes = content;
    parts = functionParts;
    function = null;
  }

  private static Body bodyOf(int code) throws WireException {
    if (code < 0 || code >= Body.values().length) {
      throw new WireException("unknown kind of call: body=" + code);
    }
    return Body.values()[code];
  }

  /** {@return whether the function has been read} */
  boolean isRead() {
    return function != null;
  }

  /** {@return an item; the function is read before it} */
  @Nullable Object argument(ByteBuffer content, @Nullable ByteBuffer itemParts) {
    try {
      if (function == null) {
        ByteBuffer all = requireNonNull(bytes, "item before its call");
        Object read = large.read(all.duplicate(), parts, loader, filter);
        if (read != null) {
          contextLoader = named.hereFor(read);
        }
        function = read;
      }
      return content.hasRemaining() ? large.read(content, itemParts, loader, filter) : null;
    } catch (DecodeException e) {
      if (e.getCause() instanceof OutOfMemoryError full) {
        throw full;
      }
      throw new NotSendableException(
          "cannot read the task in the worker: %s; a worker sees the class path of its parent [T023]"
              .formatted(e.getMessage()),
          e.getCause());
    }
  }

  /** An item has ended, or was taken back. A function that needs none has had its only one. */
  void pastItem() {
    if (!body.hasItem()) {
      letGo();
    }
  }

  /** Nothing more is called, until another call begins. */
  void letGo() {
    bytes = null;
    parts = null;
    function = null;
    contextLoader = loader;
  }

  /** Calls the function, on the thread that runs items. */
  @Nullable Object invoke(Thread runner, @Nullable Object argument) throws Exception {
    if (contextLoader != loader) {
      runner.setContextClassLoader(contextLoader);
    }
    return body.invoke(requireNonNull(function, "function"), argument);
  }
}
