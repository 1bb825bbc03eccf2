package dev.tutti.process.worker;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tutti.process.wire.Introduction;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/**
 * Asks the kernel to kill this process when its parent is gone, whatever it runs then. A JVM that
 * ends itself first waits until each of its threads comes to a safepoint, which may take as long as
 * a loop.
 */
final class ParentDeath {
  private static final int PR_SET_PDEATHSIG = 1;
  private static final long SIGKILL = 9;

  private ParentDeath() {}

  /**
   * The wish belongs to the calling thread, so that must live as long as the process; and it is
   * about the thread that started this process, so that must live as long as the parent wants its
   * workers.
   *
   * @param parent the parent's process id; if it is not the parent any more, this process ends now
   */
  static void endsThisProcess(long parent) throws IOException {
    if (!Boolean.getBoolean(Introduction.HAS_DEATH_SIGNAL)) {
      if (!ParentDeath.class.getModule().isNativeAccessEnabled()) {
        return; // the end of the control channel is what is left
      }
      Wish.make();
    }
    if (ThisProcess.read().parent() != parent) {
      Runtime.getRuntime().halt(0); // it was gone before the wish was made
    }
  }

  /** In a class of its own, because its classes take time to load and are seldom needed. */
  private static final class Wish {
    private Wish() {}

    @SuppressWarnings("restricted") // a worker's flags allow it; whether they do was asked first
    static void make() {
      Linker linker = Linker.nativeLinker();
      linker
          .defaultLookup()
          .find("prctl")
          .ifPresent(prctl ->
              call(
                  linker.downcallHandle(
                      prctl,
                      FunctionDescriptor.of(
                          JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
                      Linker.Option.firstVariadicArg(1))));
    }

    private static void call(MethodHandle prctl) {
      try {
        int failed = (int) prctl.invokeExact(PR_SET_PDEATHSIG, SIGKILL, 0L, 0L, 0L);
        if (failed != 0) {
          System.err.println(
              "tutti: the system does not tell of the parent's death: prctl=" + failed);
        }
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new AssertionError("a native function does not throw", e);
      }
    }
  }
}
