package dev.tutti.memory.bell;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tutti.spi.ServiceThread;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sleeping in the kernel at a word of shared memory, until a thread of any process wakes who sleeps
 * there. A thread that sleeps so cannot be a virtual one, and is not woken by an interrupt.
 *
 * <p><b>Lifetime.</b> Nothing is there until {@link #prepare}. The first native call of a JVM takes
 * some tens of milliseconds, in which nobody has to wait for it.
 *
 * <p><b>Failure.</b> Where this module may not call native functions, or the system is none that is
 * known, it is never ready.
 */
final class Futex {
  private static final System.Logger LOG = System.getLogger("dev.tutti");
  private static final int WAIT = 0; // shared by processes: without FUTEX_PRIVATE_FLAG
  private static final int WAIT_BITSET = 9;
  private static final int WAKE_BITSET = 10;
  private static final long NANOS_A_SECOND = 1_000_000_000;
  private static final long HALF = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 0 : 4;

  /** Of the system call; 0 if it is not known. */
  private static final long NUMBER = number();

  private static final AtomicBoolean STARTED = new AtomicBoolean();
  private static volatile boolean ready;

  /** Those who sleep, whatever they are marked with. */
  static final int ANY = -1;

  private Futex() {}

  /** Made by the thread that prepares; constants, so that a call is compiled to a call. */
  private static final class Calls {
    static final MethodHandle SYSCALL = syscall();

    @SuppressWarnings("restricted") // whether it is allowed was asked first
    private static MethodHandle syscall() {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(
          linker.defaultLookup().findOrThrow("syscall"),
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
              JAVA_LONG),
          Linker.Option.firstVariadicArg(1));
    }
  }

  private static long number() {
    return !System.getProperty("os.name").equals("Linux")
        ? 0
        : switch (System.getProperty("os.arch")) {
          case "amd64", "x86_64" -> 202;
          case "aarch64", "riscv64" -> 98;
          default -> 0;
        };
  }

  /** Has it ready soon, if this module may call native functions; else does nothing. */
  static void prepare() {
    if (NUMBER != 0
        && Futex.class.getModule().isNativeAccessEnabled()
        && STARTED.compareAndSet(false, true)) {
      try {
        ServiceThread.builder().name("tutti-bell-futex").start(Futex::makeReady);
      } catch (OutOfMemoryError e) { // no thread can be started; whoever waits parks
        STARTED.set(false);
      }
    }
  }

  private static void makeReady() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment word = arena.allocate(JAVA_LONG);
      sleep(word.address(), 1, ANY, 1); // it is not 1
      ready = wake(word.address(), ANY, 1) == 0;
    } catch (RuntimeException | LinkageError e) {
      LOG.log(Level.DEBUG, "no futex", e);
    }
  }

  /** {@return whether threads of this process can sleep, and wake others} */
  static boolean isReady() {
    return ready;
  }

  /**
   * Sleeps while the lower half of a word holds a value, until somebody wakes it. It may return at
   * any time.
   *
   * @param mark bits by which this thread can be woken
   * @param nanos how long at most, and then any mark wakes it; {@code Long.MAX_VALUE} for ever
   */
  static void sleep(long address, int value, int mark, long nanos) {
    if (nanos == Long.MAX_VALUE) {
      call(address, WAIT_BITSET, value, 0, mark);
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time = arena.allocate(JAVA_LONG, 2);
      time.setAtIndex(JAVA_LONG, 0, nanos / NANOS_A_SECOND);
      time.setAtIndex(JAVA_LONG, 1, nanos % NANOS_A_SECOND);
      call(address, WAIT, value, time.address(), 0);
    }
  }

  /**
   * {@return how many were woken, the first that came first}
   *
   * @param marks of whom: of those who have one of these bits
   * @param count how many at most
   */
  static int wake(long address, int marks, int count) {
    return (int) call(address, WAKE_BITSET, count, 0, marks);
  }

  private static long call(long address, int what, int value, long time, int marks) {
    try {
      return (long)
          Calls.SYSCALL.invokeExact(
              NUMBER, address + HALF, (long) what, (long) value, time, 0L, (long) marks);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a native function does not throw", e);
    }
  }
}
