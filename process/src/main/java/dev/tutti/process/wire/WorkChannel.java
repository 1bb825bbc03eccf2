package dev.tutti.process.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of items and outcomes: rings in shared memory, and a socket for what does not fit in them
 * and to wake who sleeps. What the other side has sent can be read when it has died.
 *
 * <p><b>Thread safety.</b> One thread reads; any may {@link #send}, and look at what comes back.
 */
public final class WorkChannel implements FrameStream, AutoCloseable {
  /*
   * Each direction is one sequence of frames that changes between the ring and the socket. It begins on the
   * socket, or, if that is still to come, in the ring. TO_RING on the socket and TO_SOCKET in the ring say that the next frame comes the other way. The
   * writer leaves the ring when something does not fit, and comes back when the reader has read the ring to its end and
   * the system has taken all that was to go by the socket. So a ring always has room for TO_SOCKET.
   *
   * A BELL on the socket says nothing but that there is something in the ring; it may come at any time, late ones too.
   *
   * `writing` guards the writer's half: `out`, and which way is taken. It is taken before the lock of the
   * socket.
   *
   * The reader's half belongs to who has `reading`: the thread that reads, or another one that goes on in its place, has it
   * all the time but for one wait, that for something to come while nothing is expected. Meanwhile a sender may have it, and look whether what it
   * has sent is answered at once; on few cores the other side often runs before the sender does. Then nobody has to be woken for the answer:
   * while the sender looks the reader counts as awake, and it is asleep again before the last look at the ring. What is there then, or was left
   * (`left`, `wrong`), is for the reader, who is woken.
   *
   * While the socket is still to come, nobody can be woken: the reader pauses again and again and never says that it sleeps, and what has
   * to go by the socket is kept. A bell for a reader whose socket has come before ours is kept too, until ours has.
   *
   * A reader that is told that more will come soon naps: it looks again after a millisecond by itself, so that a writer of
   * many short outcomes need not wake it for each; it is woken when the ring is half full, and when the writer itself goes
   * to sleep (see await()).
   */
  private static final int READ_BYTES = 1 << 16;
  private static final long NAP_MILLIS = 1;
  private static final long FOREVER = 0;

  private final LateSocket socket;
  private final Pause pause;
  private final RareLock writing = new RareLock();
  private final FrameRing out; // guarded by writing
  private boolean writesToRing; // guarded by writing
  private boolean closed; // guarded by writing

  private final RareLock reading = new RareLock();
  private final FrameRing in; // from here on guarded by reading
  private final BooleanSupplier news; // whether there is something in it
  private final FrameParser parser = new FrameParser(Frame.MAX_LENGTH);
  private final ByteBuffer bytes = ByteBuffer.allocate(READ_BYTES).flip();
  private boolean readsRing;
  private @Nullable Frame early;
  private @Nullable IOException broken;
  private @Nullable Frame left; // of the ring, by a sender who looked
  private @Nullable Throwable wrong; // what happened to such a one
  private boolean mayNap = true; // no nap has been in vain since the last frame
  private final LookOut lookOut;
  private final LookOut senders;

  /** What a reader does while the socket is still to come. */
  @FunctionalInterface
  public interface Pause {
    /**
     * Waits a moment.
     *
     * @return whether the socket may still come; if not, the other side has ended
     * @throws IOException if the other side is not what it should be
     */
    boolean await() throws IOException;
  }

  /**
   * Joins a socket and two rings.
   *
   * @param socket the socket, which belongs to this from now on
   * @param shared the memory that both sides map
   * @param self which side this is
   */
  public WorkChannel(Channel socket, Claims shared, Claims.End self) {
    this(new LateSocket(socket), () -> false, false, shared, self);
  }

  /**
   * Joins two rings to a socket that is still to {@linkplain LateSocket#join come}.
   *
   * @param socket the socket, which belongs to this from now on
   * @param pause how to wait for it
   * @param shared the memory that both sides map
   * @param self which side this is
   */
  public WorkChannel(LateSocket socket, Pause pause, Claims shared, Claims.End self) {
    this(socket, pause, true, shared, self);
  }

  private WorkChannel(
      LateSocket socket, Pause pause, boolean onRing, Claims shared, Claims.End self) {
    this.socket = socket;
    this.pause = pause;
    this.writesToRing = onRing;
    this.readsRing = onRing;
    boolean isPool = self == Claims.End.POOL;
    this.in = shared.ring(self);
    this.news =
        new BooleanSupplier() { // a lambda would make a start without a cache longer
          @Override
          public boolean getAsBoolean() {
            return in.hasMore();
          }
        };
    int cores = isPool ? Runtime.getRuntime().availableProcessors() : shared.cores();
    this.lookOut = LookOut.forNews(cores, RunnableThreads.HERE);
    this.senders = LookOut.forAnswer(cores, RunnableThreads.HERE);
    this.out = shared.ring(isPool ? Claims.End.WORKER : Claims.End.POOL);
    reading.lock(); // for who reads
  }

  // ---------------------------------------------------------------- reading

  @Override
  public @Nullable Frame read() throws IOException {
    while (true) {
      Frame frame = poll();
      if (frame != null || isAtEnd()) {
        return frame;
      }
      await(false);
    }
  }

  /**
   * {@return the next frame; null if none has come, for now or {@linkplain #isAtEnd for ever}}
   *
   * @throws IOException if what came is no frame
   */
  public @Nullable Frame poll() throws IOException {
    if (wrong != null) {
      throw new WireException("what came cannot be used: " + wrong, wrong);
    }
    while (true) {
      Frame frame = readsRing ? fromRing() : fromSocket();
      if (frame == null) {
        return null;
      }
      switch (frame.kind()) {
        case BELL -> {}
        case TO_RING, TO_SOCKET -> turn(frame.kind() == Frame.Kind.TO_RING);
        default -> {
          mayNap = true;
          return frame;
        }
      }
    }
  }

  /**
   * {@return whether nothing will come any more}
   *
   * @throws IOException if that is so because the channel broke
   */
  public boolean isAtEnd() throws IOException {
    boolean atEnd = (socket.isEnded() || broken != null) && (!readsRing || !in.hasMore());
    if (atEnd && broken != null) {
      throw broken;
    }
    return atEnd;
  }

  /**
   * Waits for something to come, where nothing has. It may be nothing that is read.
   *
   * @param several whether several frames are expected soon; then the first of them may be read a
   *     millisecond late
   * @throws IOException if the channel breaks
   */
  public void await(boolean several) throws IOException {
    mayNap &= awaitOrNap(several && mayNap);
  }

  private void turn(boolean toRing) throws WireException {
    if (toRing == readsRing) {
      throw new WireException("frame comes in a way that it says it leaves: ring=" + readsRing);
    }
    readsRing = toRing;
  }

  private @Nullable Frame fromSocket() throws IOException {
    Frame frame = early;
    if (frame != null) {
      early = null;
      return frame;
    }
    return pollSocket();
  }

  private @Nullable Frame fromRing() throws IOException {
    Frame first = left;
    if (first != null) {
      left = null;
      return first;
    }
    while (true) {
      Frame frame = parser.next(bytes);
      if (frame != null) {
        return frame;
      }
      bytes.compact();
      int count;
      try {
        count = in.take(bytes);
      } finally {
        bytes.flip();
      }
      if (count == 0) {
        return null;
      }
    }
  }

  /** A socket that breaks is found out here; what is in the ring counts all the same. */
  private @Nullable Frame pollSocket() throws IOException {
    try {
      return socket.poll();
    } catch (WireException e) {
      throw e;
    } catch (IOException e) {
      broken = e;
      return null;
    }
  }

  /** {@return whether something came while it napped} */
  private boolean awaitOrNap(boolean nap) throws IOException {
    ringIfNapping();
    if (socket.isToCome()) {
      if (!pause.await()) {
        socket.end();
      }
      return nap;
    }
    if (readsRing && !nap && early == null && lookOut.await(news)) {
      return false;
    }
    if (!readsRing) {
      socket.select(FOREVER);
      return nap;
    }
    if (early != null) {
      throw new WireException("frame on the socket while the ring goes on: " + early.kind());
    }
    in.sleep(nap ? FrameRing.Sleep.NAPPING : FrameRing.Sleep.ASLEEP);
    try {
      if (!in.hasMore() && (nap ? socket.select(NAP_MILLIS) : sleep())) {
        takeBells();
      }
    } finally {
      in.sleep(FrameRing.Sleep.AWAKE);
    }
    return in.hasMore();
  }

  /** Waits for the socket; a sender may look meanwhile. */
  private boolean sleep() throws IOException {
    reading.unlock();
    try {
      return socket.select(FOREVER);
    } finally {
      reading.lock();
    }
  }

  /** What is no bell was sent after TO_SOCKET, which is in the ring. */
  private void takeBells() throws IOException {
    try {
      socket.fill(); // once: what comes later wakes again
    } catch (IOException e) {
      broken = e;
      return;
    }
    Frame frame = socket.next();
    while (frame != null && frame.kind() == Frame.Kind.BELL) {
      frame = socket.next();
    }
    early = frame;
  }

  /** Looks at what is answered at once. */
  public interface Glance {
    /**
     * Takes a frame.
     *
     * @return whether it was taken; if not, it is for who reads, with all that comes after it
     * @throws IOException if it is not what it should be
     */
    boolean take(Frame frame) throws IOException;

    /**
     * A frame was taken, and no other will be for now.
     *
     * @throws IOException if something was not what it should be
     */
    void end() throws IOException;
  }

  /** {@return whether a further look may show something} */
  private boolean look(Glance glance) {
    if (wrong != null) {
      return false;
    }
    try {
      Frame frame = fromRing();
      if (frame == null) {
        return true;
      }
      if (!glance.take(frame)) {
        left = frame;
        return false;
      }
      left = fromRing(); // one answer is what the caller has come for
      glance.end();
      return true;
    } catch (IOException | RuntimeException | Error e) {
      wrong = e; // the reader sees off the other side
      return false;
    }
  }

  // ---------------------------------------------------------------- writing

  /**
   * The same as {@link #send(List)}; where nobody reads at the moment, the caller is then shown the
   * first frame that has come already.
   *
   * @param frames complete frames, or pieces that make complete frames
   * @param glance is shown it
   * @throws IOException if the channel is broken
   */
  public void send(List<ByteBuffer> frames, Glance glance) throws IOException {
    if (mayNotLook()) {
      send(frames);
      return;
    }
    try {
      in.sleep(FrameRing.Sleep.AWAKE);
      send(frames);
      boolean _ = look(glance);
    } finally {
      leaveToReader();
    }
  }

  /**
   * Looks for a short time at what is answered, where nobody reads at the moment.
   *
   * @param glance is shown it
   * @param done whether it was what the caller waits for
   */
  public void lookOut(Glance glance, BooleanSupplier done) {
    if (mayNotLook()) {
      return;
    }
    try {
      in.sleep(FrameRing.Sleep.AWAKE);
      boolean _ = senders.await(() -> !look(glance) || done.getAsBoolean());
    } finally {
      leaveToReader();
    }
  }

  /** A virtual thread may have to wait for a processor as long as others like. */
  private boolean mayNotLook() {
    return Thread.currentThread().isVirtual() || !reading.tryLock();
  }

  /** The lock is given back even where the sender's stack has no room for anything else. */
  private void leaveToReader() {
    boolean isForReader = true;
    try {
      in.sleep(FrameRing.Sleep.ASLEEP);
      isForReader = left != null || wrong != null || in.hasMore();
    } finally {
      reading.unlock();
    }
    if (isForReader) {
      socket.wakeUp();
    }
  }

  /**
   * Sends frames, in this order and with nothing in between. Does not wait: what the other side is
   * too slow to take is kept.
   *
   * @param frames complete frames, or pieces that make complete frames
   * @throws IOException if the channel is broken
   */
  public void send(List<ByteBuffer> frames) throws IOException {
    writing.lock();
    try {
      if (!sendByRing(frames)) {
        socket.send(frames);
      }
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void sendFully(List<ByteBuffer> frames) throws IOException {
    writing.lock();
    try {
      if (!sendByRing(frames)) {
        socket.send(frames);
      }
    } finally {
      writing.unlock();
    }
    if (socket.hasPending()) {
      socket.flush();
    }
  }

  @Override
  public boolean put(ByteBuffer frame) throws IOException {
    writing.lock();
    try {
      return writesToRing && !closed && out.put(frame, Frame.HEADER_BYTES);
    } finally {
      writing.unlock();
    }
  }

  @Override
  public void wakeReader() throws IOException {
    if (!out.isAwake()) {
      ring(false);
    }
  }

  /**
   * Waits until the system has taken all that was sent. May be called from any thread, also while
   * the one that reads does something else.
   *
   * @throws IOException if the channel is broken
   */
  public void drain() throws IOException {
    if (socket.hasPending()) {
      socket.drain();
    }
  }

  private void ring(boolean isLast) throws IOException {
    writing.lock();
    try {
      if (!closed && out.mustRing(isLast)) {
        socket.send(signal(Frame.Kind.BELL));
      }
    } finally {
      writing.unlock();
    }
  }

  private boolean sendByRing(List<ByteBuffer> frames) throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    if (!writesToRing) {
      if (socket.hasPending()
          || !out.isDrained()
          || !FrameRing.canHold(frames, Frame.HEADER_BYTES)) {
        return false;
      }
      socket.send(signal(Frame.Kind.TO_RING));
      writesToRing = true;
    }
    boolean fits = out.offer(frames, Frame.HEADER_BYTES);
    if (!fits) {
      out.offer(signal(Frame.Kind.TO_SOCKET), 0);
      writesToRing = false;
    }
    if (out.mustRing(!fits)) {
      socket.send(signal(Frame.Kind.BELL));
    }
    return fits;
  }

  /** Nothing more is to be written for a while. */
  private void ringIfNapping() {
    try {
      ring(true);
    } catch (IOException gone) {
      // The other side is. What it has sent before is to be read; its end comes after that.
    }
  }

  private static List<ByteBuffer> signal(Frame.Kind kind) {
    return List.of(Frame.begin(kind, 0).flip());
  }

  /** {@return whether something that was sent waits for the other side to take it} */
  public boolean hasPending() {
    return socket.hasPending();
  }

  @Override
  public void close() throws IOException {
    writing.lock();
    try {
      closed = true;
    } finally {
      writing.unlock();
    }
    socket.close();
  }
}
