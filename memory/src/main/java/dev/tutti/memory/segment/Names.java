package dev.tutti.memory.segment;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which process keeps the shared memory of a name: an entry a name, in a folder of the user.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread of any process.
 */
public final class Names {
  /*
   * The folder lies in shared memory, only the user can enter it, and its name holds the user and the
   * namespace of process ids, because an entry is good only within that:
   *
   *   /dev/shm/tutti-names-UID-PIDNAMESPACE/
   *     lock                  held by who makes or removes an entry (LockedFolder)
   *     =NAME -> FORM         a symbolic link that leads nowhere: made at once with all that it says
   *
   * FORM is `1:PID:DESCRIPTOR:BYTES:ID`, the handle of the owner's segment. An entry is alive if that handle
   * leads to a segment that has this ID in its header. So no process can be taken for a dead owner: not one that
   * has its pid, of this or another user, nor one that has another file, or another segment, at that descriptor. What is not alive is removed by
   * whoever makes or closes a name next, or looks for such a one; who finds one that is alive looks at no other. An entry of which
   * that cannot be told (no access, no descriptor free) counts as alive.
   *
   * To look and then to remove is safe because both are done with the lock held.
   *
   * `KEPT` holds on to the segments of the names that this process owns: a name lasts until it is closed.
   */
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final Map<SharedSegment, Claim> KEPT = new ConcurrentHashMap<>();
  private static final int MAX_NAME_BYTES = 200;
  private static final String PREFIX = "=";
  private static final Pattern FORM =
      Pattern.compile("1:(\\d{1,10}):(\\d{1,9}):(\\d{1,18}):([0-9a-f-]{36})");

  private final LockedFolder folder;

  /** For tests; the others go to {@link #ofUser}. */
  Names(Path folder) {
    this.folder = new LockedFolder(folder.toAbsolutePath(), PREFIX);
  }

  /** That a segment has a name; each such time is another one. */
  public static final class Claim {
    private final Names names;
    private final String name;

    private Claim(Names names, String name) {
      this.names = names;
      this.name = name;
    }
  }

  /**
   * {@return the names of this user}
   *
   * @throws IOException if the system does not tell who the user is
   */
  public static Names ofUser() throws IOException {
    Path shared = Path.of("/dev/shm");
    Path place = (Files.isWritable(shared) ? shared : Path.of("/tmp")).toRealPath();
    String namespace = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
    return new Names(
        place.resolve("tutti-names-" + LockedFolder.uid() + "-" + namespace.replaceAll("\\D", "")));
  }

  /**
   * Refuses what is no name.
   *
   * @param name what is to be one
   */
  public static void ensureName(String name) {
    Objects.requireNonNull(name, "name");
    if (name.isEmpty() || name.indexOf('/') >= 0 || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "name must not be empty, nor contain '/' or NUL: name='%s'".formatted(name));
    }
    int bytes = encoded(name).length();
    if (bytes > MAX_NAME_BYTES) {
      throw new IllegalArgumentException(
          "name is too long: bytes=%d most=%d name='%s'".formatted(bytes, MAX_NAME_BYTES, name));
    }
  }

  private static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8);
  }

  private Path entry(String name) {
    return folder.path().resolve(PREFIX + encoded(name));
  }

  /**
   * Refuses a name that a process has.
   *
   * @param name the name
   * @throws FileAlreadyExistsException if a live process has it
   * @throws IOException if that cannot be told
   */
  public void ensureFree(String name) throws IOException {
    SharedSegment.Handle handle = read(entry(name));
    if (handle != null && isAlive(handle)) {
      throw taken(name, handle);
    }
  }

  /**
   * Gives a name to a segment of this process.
   *
   * @param name the name
   * @param segment what it stands for from now on
   * @return what {@link #release(SharedSegment, Claim)} takes
   * @throws FileAlreadyExistsException if a live process has the name
   * @throws IOException if no entry can be made
   * @throws IllegalStateException if the segment has a name of this process's already
   */
  public Claim claim(String name, SharedSegment segment) throws IOException {
    Claim mine = new Claim(this, name);
    Claim other = KEPT.putIfAbsent(segment, mine);
    if (other != null) {
      throw new IllegalStateException(
          "it has a name already; close that first: name=" + other.name);
    }
    boolean claimed = false;
    try {
      folder.locked(() -> {
        removeStale();
        Path entry = entry(name);
        try {
          Files.createSymbolicLink(entry, Path.of(form(segment.handle())));
        } catch (FileAlreadyExistsException e) {
          SharedSegment.Handle there = read(entry);
          throw there == null ? e : taken(name, there);
        }
      });
      claimed = true;
      return mine;
    } finally {
      if (!claimed) {
        KEPT.remove(segment, mine);
      }
    }
  }

  /**
   * {@return the segment of a name, mapped for the caller alone}
   *
   * @param name the name
   * @throws NoSuchFileException if no live process has it
   * @throws IOException if it cannot be mapped
   */
  public SharedSegment open(String name) throws IOException {
    return find(name, SharedSegment::open);
  }

  /**
   * {@return the segment of a name, as this process has it or will have it by its handle}
   *
   * @param name the name
   * @throws NoSuchFileException if no live process has it
   * @throws IOException if it cannot be mapped
   */
  public SharedSegment attach(String name) throws IOException {
    return find(name, SharedSegment::attach);
  }

  private interface Way {
    SharedSegment to(SharedSegment.Handle handle) throws IOException;
  }

  private SharedSegment find(String name, Way way) throws IOException {
    folder.ensureOurs();
    SharedSegment.Handle handle = read(entry(name));
    SharedSegment found = null;
    if (handle != null && isAlive(handle)) { // who has it attached has it also without its owner
      try {
        found = way.to(handle);
      } catch (SegmentGoneException ownerIsGone) {
        LOG.log(Level.DEBUG, "name {0} is stale: {1}", name, ownerIsGone.getMessage());
      }
    }
    if (found == null) {
      if (handle != null) {
        folder.locked(this::removeStale);
      }
      throw new NoSuchFileException(
          name,
          null,
          "no live process has shared memory of this name; make it with SharedMemory.named or ProcessQueue.named, and keep it open");
    }
    return found;
  }

  /**
   * Gives up the name of a segment, if this process has given it one.
   *
   * @param segment what it stood for
   */
  public static void release(SharedSegment segment) {
    release(segment, KEPT.get(segment));
  }

  /**
   * Gives up a name of a segment, if that has it still.
   *
   * @param segment what it stands for
   * @param claim that it has the name; one that was released says nothing about a later one
   */
  public static void release(SharedSegment segment, @Nullable Claim claim) {
    if (claim == null || !KEPT.remove(segment, claim) || !segment.isOpen()) {
      return;
    }
    try {
      claim.names.remove(claim.name, segment.handle());
    } catch (IOException e) {
      KEPT.putIfAbsent(segment, claim); // so it can be tried again; it is stale once that is closed
      LOG.log(Level.WARNING, "cannot remove the name " + claim.name, e);
    }
  }

  private void remove(String name, SharedSegment.Handle own) throws IOException {
    folder.locked(() -> {
      if (own.equals(read(entry(name)))) {
        Files.delete(entry(name));
      }
      removeStale();
    });
  }

  private static FileAlreadyExistsException taken(String name, SharedSegment.Handle owner) {
    long pid = owner.segment().pid();
    return new FileAlreadyExistsException(
        name,
        null,
        "shared memory of this name belongs to a live process: pid=%d command=%s; open it, or take another name"
            .formatted(pid, ProcessHandle.of(pid).flatMap(p -> p.info().command()).orElse("?")));
  }

  // ---------------------------------------------------------------- entries

  private static String form(SharedSegment.Handle handle) {
    Segment.Handle segment = handle.segment();
    return "1:%s:%s:%s:%s" // no %d, which writes the digits of the default locale
        .formatted(segment.pid(), segment.descriptor(), segment.bytes(), handle.id());
  }

  /** {@return what an entry says; null if there is none} */
  private static SharedSegment.@Nullable Handle read(Path entry) throws IOException {
    String form;
    try {
      form = Files.readSymbolicLink(entry).toString();
    } catch (NoSuchFileException e) {
      return null;
    }
    Matcher parts = FORM.matcher(form);
    if (!parts.matches()) {
      throw new IOException(
          "entry is not of this version: entry=%s form=%s".formatted(entry, form));
    }
    return new SharedSegment.Handle(
        new Segment.Handle(
            Long.parseLong(parts.group(1)),
            Integer.parseInt(parts.group(2)),
            Long.parseLong(parts.group(3))),
        UUID.fromString(parts.group(4)));
  }

  private static boolean isAlive(SharedSegment.Handle handle) {
    try {
      return SharedSegment.isThere(handle);
    } catch (IOException cannotTell) {
      return true;
    }
  }

  private void removeStale() throws IOException {
    try (DirectoryStream<Path> entries = folder.entries()) {
      for (Path entry : entries) {
        SharedSegment.Handle handle = readIfPossible(entry);
        if (handle != null && !isAlive(handle)) {
          Files.delete(entry);
        }
      }
    }
  }

  private static SharedSegment.@Nullable Handle readIfPossible(Path entry) {
    try {
      return read(entry);
    } catch (IOException ofAnotherVersion) {
      LOG.log(Level.DEBUG, "left as it is: {0}", ofAnotherVersion.getMessage());
      return null;
    }
  }
}
