package dev.tutti.memory.segment;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A piece of memory without a name that other processes of the same user can map.
 *
 * <p><b>Lifetime.</b> Its file is unlinked as soon as it is open; others map it through the owner's
 * descriptor. So the kernel frees the memory when the last process that has it is gone or has
 * closed it, whoever dies in whichever way.
 *
 * <p><b>Thread safety.</b> The memory may be accessed by any thread of any process that maps it;
 * plain accesses are not ordered, those by {@code VarHandle} are as within one process. After
 * {@link #close} every access fails.
 *
 * <p><b>Failure.</b> All of it is written once before it is mapped: a full file system is an {@code
 * IOException} of {@link #create}, never a fault later.
 */
public final class Segment implements AutoCloseable {
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final Set<Path> SWEPT = ConcurrentHashMap.newKeySet();

  /** Who only maps needs no pattern. */
  private static final class Leftover {
    static final Pattern NAME =
        Pattern.compile("tutti-(\\d{1,10})-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  }

  private static final int CHUNK = 1 << 16;
  private static final AtomicLong MARKS = new AtomicLong();
  private static final int UNKNOWN = -1;
  private static final String PREFIX = "tutti-";

  /** What the system puts behind the name of a file that has none any more. */
  private static final String DELETED = " (deleted)";

  private final FileChannel channel;
  private final Arena arena;
  private final MemorySegment memory;
  private final Path unlinked;
  private final long mark = MARKS.incrementAndGet();
  private volatile int descriptor = UNKNOWN; // to find it costs a look at all of this process

  private Segment(FileChannel channel, long bytes, Path unlinked) throws IOException {
    this.channel = channel;
    this.unlinked = unlinked.getFileName();
    channel.position(mark);
    this.arena = Arena.ofShared();
    try {
      this.memory = channel.map(MapMode.READ_WRITE, 0, bytes, arena);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  /**
   * How another process finds a segment. It is good while the process that gave it has the segment
   * open.
   *
   * @param pid that process
   * @param descriptor its file descriptor
   * @param bytes the size
   */
  public record Handle(long pid, int descriptor, long bytes) implements Serializable {}

  /**
   * Makes a segment, filled with zeros.
   *
   * @param bytes its size, at least 1
   * @return the segment
   * @throws ClosedByInterruptException if the calling thread is interrupted
   * @throws IOException if there is no room for it, neither in shared memory nor in a temporary
   *     folder
   */
  public static Segment create(long bytes) throws IOException {
    return create(bytes, places());
  }

  /** What is full, missing or read-only is passed over. */
  static Segment create(long bytes, Collection<Path> folders) throws IOException {
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes must be >= 1: bytes=" + bytes);
    }
    List<IOException> failures = new ArrayList<>();
    for (Path folder : folders) {
      try {
        return createIn(folder, bytes);
      } catch (ClosedByInterruptException e) {
        throw e; // no other folder would do better
      } catch (IOException e) {
        failures.add(new IOException(folder + ": " + e, e));
      }
    }
    IOException none =
        new IOException(
            "no room for a segment of shared memory: bytes=%d tried=%s; free some of /dev/shm, or set java.io.tmpdir to a folder with room"
                .formatted(bytes, failures.stream().map(IOException::getMessage).toList()));
    failures.forEach(none::addSuppressed);
    throw none;
  }

  private static Set<Path> places() {
    Set<Path> places = new LinkedHashSet<>();
    places.add(SHARED_MEMORY);
    String tmpdir = System.getProperty("java.io.tmpdir", "");
    if (!tmpdir.isEmpty()) {
      places.add(Path.of(tmpdir).toAbsolutePath());
    }
    places.add(Path.of("/tmp"));
    places.add(Path.of("/var/tmp"));
    return places;
  }

  private static Segment createIn(Path folder, long bytes) throws IOException {
    if (SWEPT.add(folder)) {
      sweep(folder);
    }
    ensureRoom(folder, bytes);
    Path file = folder.resolve(PREFIX + ProcessHandle.current().pid() + "-" + UUID.randomUUID());
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            ownerOnly());
    try {
      Files.deleteIfExists(file); // who meets it in this moment may take it for a leftover
      reserve(channel, bytes);
      return new Segment(channel, bytes, file.resolveSibling(file.getFileName() + DELETED));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** What does not fit is not begun: it would fill the folder for all others before it fails. */
  private static void ensureRoom(Path folder, long bytes) throws IOException {
    long usable = folder.toFile().getUsableSpace(); // 0 also where it is not known
    if (usable > 0 && usable < bytes) {
      throw new IOException("less room than that: usable=" + usable);
    }
  }

  /**
   * Removes what processes have left that were killed between opening a file and unlinking it. Such
   * a file has no use to anybody.
   */
  static void sweep(Path folder) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, PREFIX + "*")) {
      for (Path file : files) {
        Matcher name = Leftover.NAME.matcher(file.getFileName().toString());
        if (name.matches() && !Files.exists(Path.of("/proc", name.group(1)))) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException | DirectoryIteratorException another) { // it may be of another user
      System.getLogger("dev.tutti") // not at a worker's start, which it would make longer
          .log(Level.DEBUG, "cannot remove what others have left in {0}: {1}", folder, another);
    }
  }

  private static FileAttribute<Set<PosixFilePermission>> ownerOnly() {
    return PosixFilePermissions.asFileAttribute(
        EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
  }

  private static void reserve(FileChannel channel, long bytes) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(CHUNK, bytes));
    for (long at = 0; at < bytes; ) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - at));
      at += channel.write(zeros, at);
    }
  }

  /**
   * The JDK does not tell the number of a descriptor, but the system shows where each one leads,
   * and at which position it is. Others of this process may lead there too, also for a moment only,
   * so this one was put where no other is; nobody uses the position otherwise. No channel that may
   * be interrupted is used for this, nor are the others looked at by who never hands it on.
   */
  private int descriptor() throws IOException {
    int known = descriptor;
    if (known == UNKNOWN) {
      ensureOpen();
      known = findDescriptor();
      descriptor = known;
    }
    return known;
  }

  private int findDescriptor() throws IOException {
    try (DirectoryStream<Path> links = Files.newDirectoryStream(DESCRIPTORS)) {
      for (Path link : links) {
        Path target = targetOf(link);
        if (target != null && target.endsWith(unlinked)) {
          String number = link.getFileName().toString();
          if (isAt(number, mark)) {
            return Integer.parseInt(number);
          }
        }
      }
    }
    ensureOpen();
    throw new IOException(
        "own descriptor not found in " + DESCRIPTORS + ": Linux's /proc is needed");
  }

  private static boolean isAt(String descriptor, long position) {
    try {
      return Files.readString(DESCRIPTORS.resolveSibling("fdinfo").resolve(descriptor))
          .startsWith("pos:\t" + position + "\n");
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  private static @Nullable Path targetOf(Path link) {
    try {
      return Files.readSymbolicLink(link);
    } catch (IOException closedMeanwhile) {
      return null; // other threads open and close descriptors all the time
    }
  }

  /**
   * Maps a segment of another process.
   *
   * @param handle what its owner gave
   * @return the same memory
   * @throws SegmentGoneException if the owner is gone or has closed it
   * @throws IOException if it cannot be mapped
   */
  public static Segment open(Handle handle) throws IOException {
    Path file = file(handle);
    FileChannel channel = channel(handle, file);
    try {
      return new Segment(channel, handle.bytes(), Files.readSymbolicLink(file));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Maps a segment of another process for as long as this process lives. Costs a JVM that starts
   * less than {@link #open}, and what it gives can be neither closed nor handed on.
   *
   * @param handle what its owner gave
   * @return the same memory
   * @throws SegmentGoneException if the owner is gone or has closed it
   * @throws IOException if it cannot be mapped
   */
  public static ByteBuffer mapForLife(Handle handle) throws IOException {
    return map(handle, Arena.global())
        .asByteBuffer(); // a buffer mapped without an arena is made by reflection: 25 ms of a start
  }

  /**
   * Maps a segment of another process for as long as an arena lasts. What this gives cannot be
   * handed on; it takes no descriptor, and lasts when the other process has ended.
   *
   * @param handle what its owner gave
   * @param arena how long
   * @return the same memory
   * @throws SegmentGoneException if the owner is gone or has closed it
   * @throws IOException if it cannot be mapped
   */
  public static MemorySegment map(Handle handle, Arena arena) throws IOException {
    try (FileChannel channel = channel(handle, file(handle))) {
      return channel.map(MapMode.READ_WRITE, 0, handle.bytes(), arena);
    }
  }

  private static Path file(Handle handle) {
    return Path.of("/proc/" + handle.pid() + "/fd/" + handle.descriptor());
  }

  /** What else may have that descriptor by now is not to be opened. */
  private static FileChannel channel(Handle handle, Path file) throws IOException {
    ensureSegment(handle.pid(), file);
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (channel.size() < handle.bytes()) { // to map more would make the file longer
        throw new SegmentGoneException(
            "segment is too short: bytes=%d expected=%d".formatted(channel.size(), handle.bytes()));
      }
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static void ensureSegment(long pid, Path file) throws IOException {
    String target;
    try {
      target = Files.readSymbolicLink(file).toString();
    } catch (NoSuchFileException e) {
      throw new SegmentGoneException(e.toString(), e);
    } catch (AccessDeniedException e) {
      if (hasEnded(pid) || isOfAnotherUser(pid)) {
        throw new SegmentGoneException(e.toString(), e);
      }
      throw e;
    }
    if (!target.contains("/" + PREFIX) || !target.endsWith(DELETED)) {
      throw new SegmentGoneException(
          "descriptor leads to another file: descriptor=%s file=%s".formatted(file, target));
    }
  }

  /** Nobody may have asked for its status yet: such a process shows nothing. */
  private static boolean hasEnded(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
    char state = stat.charAt(stat.lastIndexOf(')') + 2); // a name may hold parentheses
    return state == 'Z' || state == 'X';
  }

  /** And so not the owner of a segment, which is for its user alone. */
  private static boolean isOfAnotherUser(long pid) throws IOException {
    return Collections.disjoint(users(Path.of("/proc/" + pid)), users(Path.of("/proc/self")));
  }

  /** {@return the numbers of those as whom a process runs; all may read them} */
  private static List<String> users(Path process) throws IOException {
    Path status = process.resolve("status");
    for (String line : Files.readAllLines(status, StandardCharsets.ISO_8859_1)) {
      if (line.startsWith("Uid:")) {
        return List.of(line.substring("Uid:".length()).strip().split("\\s+"));
      }
    }
    throw new IOException("no user in " + status);
  }

  /**
   * Maps this segment once more. An interrupt does nothing.
   *
   * @param arena how long the mapping lasts, whatever becomes of this segment
   * @return the memory
   * @throws ClosedChannelException if this segment is closed
   * @throws IOException if there is no room for a mapping
   */
  public MemorySegment map(Arena arena) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try (RandomAccessFile file = own()) {
          return file.getChannel().map(MapMode.READ_WRITE, 0, memory.byteSize(), arena);
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted(); // not for this short moment
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Writes behind the end of the memory, where nobody has it mapped. What is there belongs to all
   * who have the segment, and goes with it. An interrupt does nothing.
   *
   * @param bytes what to write
   * @throws ClosedChannelException if this segment is closed
   * @throws IOException if there is no room for it; {@link #cut} removes what was written
   */
  public void writeBehind(byte[] bytes) throws IOException {
    try (RandomAccessFile file = own()) {
      file.seek(memory.byteSize());
      file.write(bytes);
    }
  }

  /**
   * Reads what was written behind the end.
   *
   * @param bytes is filled with it
   * @throws ClosedChannelException if this segment is closed
   * @throws IOException if there is less
   */
  public void readBehind(byte[] bytes) throws IOException {
    try (RandomAccessFile file = own()) {
      file.seek(memory.byteSize());
      file.readFully(bytes);
    }
  }

  /**
   * Removes what is behind the end.
   *
   * @throws ClosedChannelException if this segment is closed
   * @throws IOException if that cannot be done
   */
  public void cut() throws IOException {
    try (RandomAccessFile file = own()) {
      file.setLength(memory.byteSize());
    }
  }

  /**
   * A file of its own, because an interrupt would close the channel. Who closes that says so before
   * the descriptor is free for other files: so if it is open afterwards, what was opened is ours.
   */
  private RandomAccessFile own() throws IOException {
    ensureOpen();
    RandomAccessFile file;
    try {
      file =
          new RandomAccessFile(DESCRIPTORS.resolve(Integer.toString(descriptor())).toFile(), "rw");
    } catch (IOException e) {
      ensureOpen();
      throw e;
    }
    if (!channel.isOpen()) {
      file.close();
      throw new ClosedChannelException();
    }
    return file;
  }

  private void ensureOpen() throws ClosedChannelException {
    if (!channel.isOpen()) {
      throw new ClosedChannelException();
    }
  }

  /**
   * {@return how another process finds this segment, as long as this one has it open}
   *
   * @throws IllegalStateException if it is closed
   * @throws UncheckedIOException if the system does not tell
   */
  public Handle handle() {
    try {
      return new Handle(ProcessHandle.current().pid(), descriptor(), memory.byteSize());
    } catch (ClosedChannelException e) {
      throw new IllegalStateException("segment is closed: bytes=" + memory.byteSize(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@return the memory} */
  public MemorySegment memory() {
    return memory;
  }

  /** Gives up this process's mapping. Accesses that come later fail. */
  @Override
  public void close() throws IOException {
    arena.close();
    channel.close();
  }
}
