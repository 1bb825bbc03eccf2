package dev.tutti.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Threads that serve a pool are made by {@code ServiceThread}, in no thread group of the caller's,
 * and no thread of the JDK's is started that would be in one.
 */
@Tag("unit")
class ServiceThreadsTest {
  private static final Set<String> MODULES = Set.of("core", "memory", "process", "actors");

  private static final Set<String> IN_THE_CALLERS_GROUP =
      Set.of(
          "java/lang/Thread.ofPlatform",
          "java/util/concurrent/CompletableFuture.delayedExecutor",
          "java/util/concurrent/CompletableFuture.orTimeout",
          "java/util/concurrent/CompletableFuture.completeOnTimeout");

  private static final Set<String> ALLOWED =
      Set.of(
          "dev/tutti/spi/ServiceThread",
          "dev/tutti/engine/Engine", // the keeper, which is no daemon
          "dev/tutti/process/JvmProcess", // a process that is no daemon
          "dev/tutti/actors/HostRun"); // in a worker

  @Test
  void threads_ofPools_areInNoGroupOfACaller() throws IOException {
    List<String> found = new ArrayList<>();
    boolean serves = false;
    for (BuiltModule module : BuiltModule.listedIn(Path.of(".."))) {
      if (MODULES.contains(module.name())) {
        for (Path file : module.classFiles()) {
          ClassModel model = ClassFile.of().parse(file);
          String name = model.thisClass().asInternalName();
          for (String called : calledBy(model)) {
            serves |= called.equals("dev/tutti/spi/ServiceThread.builder");
            if (IN_THE_CALLERS_GROUP.contains(called) && !ALLOWED.contains(name)) {
              found.add(name + " calls " + called);
            }
          }
        }
      }
    }
    assertThat(found).isEmpty();
    assertThat(serves).as("something was read").isTrue();
  }

  private static List<String> calledBy(ClassModel model) {
    return StreamSupport.stream(model.constantPool().spliterator(), false)
        .filter(MemberRefEntry.class::isInstance)
        .map(MemberRefEntry.class::cast)
        .map(member -> member.owner().asInternalName() + "." + member.name().stringValue())
        .toList();
  }
}
