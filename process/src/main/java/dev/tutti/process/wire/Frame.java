package dev.tutti.process.wire;

import dev.tutti.origin.Everywhere;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One message on a channel.
 *
 * <pre>
 *   0        4      5
 *   +--------+------+------------------+
 *   | length | kind |  content         |        length: of kind and content
 *   +--------+------+------------------+
 *
 *   HELLO        both     version (4), pid (8), role (1), secret (the rest)
 *   INITIALISE   to       the initialiser (the rest)
 *   CALL         to       body (1), loader (1), the function (the rest)
 *   ITEM         to       number (8), attempt (4), the item (the rest)
 *   PACK         to       number of its first element (8), how many (4), timed (1), of each: length (4), the element
 *   BATCH_END    to       batch (8)
 *   CALL_OVER    to       batch (8)                            the last one: its function is not needed again
 *   BYE          to       -
 *   INTERRUPT    to       number (8)                           on the control channel
 *   INITIALISED  from     -
 *   NOT_INITIALISED from  the exception (the rest)
 *   PARTS        both     where the large parts of the next frame's value are (the rest)
 *   RESULT       from     number (8), elapsed ns (8), the value (the rest)
 *   FAILURE      from     number (8), elapsed ns (8), the exception (the rest)
 *   PACK_BEGUN   from     number of its first element (8)      before its first outcome
 *   NEXT_RESULT  from     elapsed ns (8) if it is timed, the value (the rest)         of the pack's next element
 *   NEXT_FAILURE from     elapsed ns (8) if it is timed, the exception (the rest)     of the pack's next element
 *   LEAVING      from     reason (1)                           before its last outcome
 *   BATCH_DONE   from     batch (8)
 *   PROGRESS     from     number (8), fraction (8), what it is at (the rest)
 *   LOG          from     level (1), the line (the rest)
 *   QUESTION     from     number (8), what is asked about a class loader (the rest)
 *   ANSWER       to       number (8) of the question, the answer (the rest)        on the control channel
 *   LOADERS_GONE to       of each: its number (8)              on the control channel
 *   BELL         both     -                                    on the socket: look into the ring
 *   TO_RING      both     -                                    on the socket: what follows is in the ring
 *   TO_SOCKET    both     -                                    in the ring: what follows is on the socket
 * </pre>
 *
 * @param kind what it says
 * @param content its content; the reader's own, unless the kind {@linkplain Kind#isBrief is brief}
 */
@SuppressWarnings("EnumOrdinal") // both sides are of one build, which the greeting checks
public record Frame(Kind kind, ByteBuffer content) {
  /** The version of all this; a worker of another version is refused. */
  public static final int VERSION = 6;

  /** The number of the only item of a JVM that was started for one task. */
  public static final long OWN_TASK = 0;

  /** Length and kind. */
  public static final int HEADER_BYTES = Integer.BYTES + 1;

  /** The largest length of a frame: what an array can hold, less the header. */
  public static final int MAX_LENGTH = Integer.MAX_VALUE - 64;

  /** The largest function, item or outcome. */
  public static final int MAX_PAYLOAD_BYTES = MAX_LENGTH - 64;

  /** What an item may say of its progress, at most. */
  public static final int PROGRESS_TEXT_BYTES = 1_024;

  /** What a frame says. */
  public enum Kind {
    /** Who is there. */
    HELLO(1_024),
    /** What to do before the first item. */
    INITIALISE(MAX_LENGTH),
    /** The function that the items after it belong to; one item, if it is called without any. */
    CALL(MAX_LENGTH),
    /** An item. */
    ITEM(MAX_LENGTH),
    /** A pack. */
    PACK(MAX_LENGTH),
    /** All items of a batch have been sent. */
    BATCH_END(Long.BYTES),
    /** The call whose batch was the last one is over; says nothing if another batch has come. */
    CALL_OVER(Long.BYTES),
    /** There will be no more: leave. */
    BYE(0),
    /** Stop this item. */
    INTERRUPT(Long.BYTES),
    /** The initialiser has run. */
    INITIALISED(0),
    /** The initialiser has failed. */
    NOT_INITIALISED(MAX_LENGTH),
    /** An item has a result. */
    RESULT(MAX_LENGTH),
    /** An item has failed. */
    FAILURE(MAX_LENGTH),
    /** The outcomes after it are those of a pack. */
    PACK_BEGUN(Long.BYTES),
    /** The next element of the pack has a result. */
    NEXT_RESULT(MAX_LENGTH),
    /** The next element of the pack has failed. */
    NEXT_FAILURE(MAX_LENGTH),
    /** The worker leaves by itself, after one further outcome. */
    LEAVING(1),
    /**
     * The worker is past a batch whose last item was taken back; else that item's outcome says it.
     */
    BATCH_DONE(Long.BYTES),
    /** An item tells how far it is. */
    PROGRESS(2 * Long.BYTES + PROGRESS_TEXT_BYTES),
    /** An item has a line for the log. */
    LOG(1 << 17),
    /** Something has come in the ring. */
    BELL(0),
    /** What follows comes in the ring. */
    TO_RING(0),
    /** What follows comes on the socket. */
    TO_SOCKET(0),
    /** The value in the next frame, a function, an item or a result, has large parts elsewhere. */
    PARTS(1 << 20),
    /** A class, or something else of a class loader, is needed. */
    QUESTION(1 << 17),
    /** The answer to a question. */
    ANSWER(MAX_LENGTH),
    /** Class loaders that questions were about are no more. */
    LOADERS_GONE(1 << 20);

    private static final Kind[] ALL = values();

    private final int mostBytes;

    Kind(int mostBytes) {
      this.mostBytes = mostBytes;
    }

    /** {@return whether its content is good until the next frame is read, and no longer} */
    public boolean isBrief() {
      return this == NEXT_RESULT || this == NEXT_FAILURE;
    }

    void ensureTakes(int contentBytes) throws WireException {
      if (contentBytes > mostBytes) {
        throw new WireException(
            "frame is too long: kind=%s bytes=%d most=%d".formatted(this, contentBytes, mostBytes));
      }
    }

    static Kind of(byte code) throws WireException {
      if (code < 0 || code >= ALL.length) {
        throw new WireException("unknown kind of frame: kind=" + code);
      }
      return ALL[code];
    }
  }

  /** Why a worker leaves by itself. */
  public enum Leave {
    /** Its heap was full. */
    OUT_OF_MEMORY,
    /** Its heap holds more than it should. */
    HEAP;

    /**
     * {@return the reason with this code}
     *
     * @param code the code
     * @throws WireException if there is none
     */
    public static Leave of(byte code) throws WireException {
      if (code < 0 || code >= values().length) {
        throw new WireException("unknown reason to leave: reason=" + code);
      }
      return values()[code];
    }
  }

  /** Which class loader the submitting thread had, as far as that can be named to a worker. */
  public enum Loader {
    /** The one for the class path; also where the thread had one that has no name here. */
    SYSTEM,
    /** The one for the JDK's own modules. */
    PLATFORM,
    /** None. */
    NONE;

    /**
     * {@return the loader with this code}
     *
     * @param code the code
     * @throws WireException if there is none
     */
    public static Loader of(byte code) throws WireException {
      if (code < 0 || code >= values().length) {
        throw new WireException("unknown class loader: loader=" + code);
      }
      return values()[code];
    }

    /** {@return what a thread's loader is to a worker} */
    public static Loader current() {
      ClassLoader loader = Thread.currentThread().getContextClassLoader();
      if (loader == null) {
        return NONE;
      }
      return loader == ClassLoader.getPlatformClassLoader() ? PLATFORM : SYSTEM;
    }

    /**
     * {@return this loader in this process} One that has no name is taken to be that of the
     * function, where its classes have come from the other process.
     *
     * @param function what is to run
     */
    public @Nullable ClassLoader hereFor(Object function) {
      return switch (this) {
        case SYSTEM -> Everywhere.contextOf(function);
        case PLATFORM -> ClassLoader.getPlatformClassLoader();
        case NONE -> null;
      };
    }
  }

  /** Which of a worker's two channels it is. */
  public enum Role {
    /** Items and outcomes. */
    WORK,
    /** Interrupts; its end is the end of the pool. */
    CONTROL
  }

  /**
   * {@return a frame ready to be sent, with room for its content: position after the header}
   *
   * @param kind what it says
   * @param contentBytes how long its content is
   */
  public static ByteBuffer begin(Kind kind, int contentBytes) {
    return put(ByteBuffer.allocate(HEADER_BYTES + contentBytes), kind, contentBytes);
  }

  /**
   * Writes the header of a frame.
   *
   * @param out where to
   * @param kind what it says
   * @param contentBytes how long its content is
   * @return the same buffer
   */
  public static ByteBuffer put(ByteBuffer out, Kind kind, int contentBytes) {
    return out.putInt(contentBytes + 1).put((byte) kind.ordinal());
  }

  /**
   * Ensures that the content has room for what is to be read.
   *
   * @param bytes how many bytes at least
   * @return the content
   * @throws WireException if there are fewer
   */
  public ByteBuffer atLeast(int bytes) throws WireException {
    if (content.remaining() < bytes) {
      throw new WireException(
          "frame is too short: kind=%s bytes=%d needed=%d"
              .formatted(kind, content.remaining(), bytes));
    }
    return content;
  }
}
