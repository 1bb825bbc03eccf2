package dev.tutti.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The class files of all modules keep the rules of the architecture. */
@Tag("unit")
class ArchitectureTest {
  private static final SortedMap<String, List<ClassFileReferences>> modules = new TreeMap<>();
  private static final List<String> notCompiled = new ArrayList<>();

  @BeforeAll
  static void readClassFiles() throws IOException {
    for (BuiltModule module : BuiltModule.listedIn(Path.of(".."))) {
      List<ClassFileReferences> files = new ArrayList<>();
      for (Path file : module.classFiles()) {
        files.add(ClassFileReferences.read(file));
      }
      modules.put(module.name(), files);
      if (files.isEmpty() && !module.sourceFiles().isEmpty()) {
        notCompiled.add(module.name());
      }
    }
  }

  /**
   * Every module with sources has class files, so that no rule passes for want of something to
   * read.
   */
  @Test
  void modules_withSources_haveClassFiles() {
    assertThat(modules).containsKey("core");
    assertThat(notCompiled).as("modules that are not compiled; run mvn verify on all").isEmpty();
  }

  /** No package uses, over any number of steps, a package that uses it. */
  @Test
  void packages_allModules_formNoCycle() {
    PackageGraph graph = new PackageGraph();
    modules.values().forEach(files -> files.forEach(graph::add));

    graph.describeCycle().ifPresent(Assertions::fail);
  }

  /** A module uses modules of lower layers only, in its code as in its descriptor. */
  @Test
  void modules_all_useLowerLayersOnly() {
    assertThat(ModuleOrder.violations(modules)).isEmpty();
  }
}
