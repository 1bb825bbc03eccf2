package dev.tutti.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.Serializable;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classes that come by their names. */
@Tag("unit")
final class ClassNamesTest {
  record One(int n) implements Serializable {}

  record Two(int n) implements Serializable {}

  private static WeakReference<ClassLoader> used() {
    FreshLoader fresh = new FreshLoader(ClassNamesTest.class);
    Object back = fresh.decode(Codec.encode(List.of(new One(3), new Two(4)), Role.ITEM));
    Object again = fresh.decode(Codec.encode(back, Role.ITEM));
    assertThat(((List<?>) again).getFirst().getClass().getClassLoader()).isSameAs(fresh);
    return new WeakReference<>(fresh);
  }

  /** What is remembered of classes holds neither them nor their loader. */
  @Test
  void find_loaderThatIsDropped_goes() {
    WeakReference<ClassLoader> loader = used();
    await()
        .until(() -> {
          System.gc();
          return loader.get() == null;
        });
  }

  /** Threads that read the same names with different loaders get each the classes of theirs. */
  @Test
  void find_manyLoadersAtOnce_eachHasItsOwn() throws Exception {
    byte[] bytes = Codec.encode(List.of(new One(1), new Two(2)), Role.ITEM);
    List<Callable<Integer>> readers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      FreshLoader loader = new FreshLoader(ClassNamesTest.class);
      readers.add(() -> {
        int strangers = 0;
        for (int round = 0; round < 5_000; round++) {
          for (Object value : (List<?>) loader.decode(bytes)) {
            strangers += value.getClass().getClassLoader() == loader ? 0 : 1;
          }
        }
        return strangers;
      });
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(readers.size())) {
      for (Future<Integer> strangers : threads.invokeAll(readers)) {
        assertThat(strangers.get()).isZero();
      }
    }
  }

  /** A record whose module does not open its package is left to the JDK, which may look into it. */
  @Test
  void encode_recordOfClosedModule_isStream(@TempDir Path folder) throws Exception {
    Path sources = Files.createDirectories(folder.resolve("src/closed"));
    Path module =
        Files.writeString(
            folder.resolve("src/module-info.java"), "module closed { exports closed; }");
    Path type =
        Files.writeString(
            sources.resolve("Sealed.java"),
            "package closed; public record Sealed(int n) implements java.io.Serializable {}");
    Path classes = folder.resolve("classes");
    int status =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                System.out,
                System.err,
                "-d",
                classes.toString(),
                module.toString(),
                type.toString());
    assertThat(status).isZero();
    Configuration configuration =
        ModuleLayer.boot()
            .configuration()
            .resolve(ModuleFinder.of(classes), ModuleFinder.of(), Set.of("closed"));
    ClassLoader loader =
        ModuleLayer.boot()
            .defineModulesWithOneLoader(configuration, ClassLoader.getSystemClassLoader())
            .findLoader("closed");
    Object value = loader.loadClass("closed.Sealed").getConstructor(int.class).newInstance(7);
    assertThat(CompactWriter.write(List.of(value), Role.ITEM)).isNull();
    byte[] bytes = Codec.encode(value, Role.ITEM);
    assertThat(Codec.decode(ByteBuffer.wrap(bytes), loader, Filters.tasks())).isEqualTo(value);
  }
}
