package dev.tutti.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules of the architecture find what they are for, in class files made to break them. */
@Tag("unit")
class ArchitectureRulesTest {
  @TempDir Path folder;

  /** A cycle is told with its path and with a class for each of its arrows. */
  @Test
  void describeCycle_callsInACircle_namesThePath() {
    assertThat(
            cycleIn(
                "package dev.tutti.a; public class A { void m() { dev.tutti.b.B.m(); } }",
                "package dev.tutti.b; public class B { public static void m() { dev.tutti.c.C.m(); } }",
                "package dev.tutti.c; public class C { public static void m() { new dev.tutti.a.A(); } }"))
        .isEqualTo(
            """
            packages form a cycle: dev.tutti.a -> dev.tutti.b -> dev.tutti.c -> dev.tutti.a
              dev.tutti.a.A uses dev.tutti.b.B
              dev.tutti.b.B uses dev.tutti.c.C
              dev.tutti.c.C uses dev.tutti.a.A\
            """);
  }

  /** An arrow made by nothing but the descriptor of a method is seen. */
  @Test
  void describeCycle_onlyInADescriptor_isFound() {
    assertThat(
            cycleIn(
                "package dev.tutti.a; public interface A { dev.tutti.b.B[] m(); }",
                "package dev.tutti.b; public interface B { void m(dev.tutti.a.A a); }"))
        .startsWith("packages form a cycle: dev.tutti.a -> dev.tutti.b -> dev.tutti.a\n");
  }

  /** An arrow made by nothing but a generic signature is seen. */
  @Test
  void describeCycle_onlyInASignature_isFound() {
    assertThat(
            cycleIn(
                "package dev.tutti.a; public interface A { java.util.List<? extends dev.tutti.b.B> m(); }",
                "package dev.tutti.b; public interface B { <T extends Comparable<dev.tutti.a.A>> T m(); }"))
        .startsWith("packages form a cycle: dev.tutti.a -> dev.tutti.b -> dev.tutti.a\n");
  }

  /** An arrow made by nothing but an annotation is seen. */
  @Test
  void describeCycle_onlyInAnAnnotation_isFound() {
    assertThat(
            cycleIn(
                "package dev.tutti.a; public @interface A { Class<?> value(); }",
                "package dev.tutti.a; @A(dev.tutti.b.B.class) public interface User {}",
                "package dev.tutti.b; @dev.tutti.a.A(String.class) public interface B {}"))
        .startsWith("packages form a cycle: dev.tutti.a -> dev.tutti.b -> dev.tutti.a\n");
  }

  /** A package and a package below it are two packages. */
  @Test
  void describeCycle_packageAndSubpackage_isFound() {
    assertThat(
            cycleIn(
                "package dev.tutti; public class A { dev.tutti.sub.B b; }",
                "package dev.tutti.sub; public class B { dev.tutti.A a; }"))
        .startsWith("packages form a cycle: dev.tutti -> dev.tutti.sub -> dev.tutti\n");
  }

  /**
   * Arrows in one direction, a cycle inside one package and a class name in a string are no cycle.
   */
  @Test
  void describeCycle_noCycle_isEmpty() {
    assertThat(
            cycleIn(
                "package dev.tutti.a; public class A { dev.tutti.b.B b; Other o; }",
                "package dev.tutti.a; public class Other { A a; }",
                "package dev.tutti.b; public class B { String name = \"Ldev/tutti/a/A;\"; }"))
        .isEmpty();
  }

  /** A module that uses one of a higher layer is named with both classes. */
  @Test
  void violations_upwardUse_isFound() {
    compile(
        "package dev.tutti.task; public class Task { dev.tutti.memory.Segment s; }",
        "package dev.tutti.memory; public class Segment {}");
    SortedMap<String, List<ClassFileReferences>> modules = new TreeMap<>();
    modules.put("core", read("dev/tutti/task"));
    modules.put("memory", read("dev/tutti/memory"));

    assertThat(ModuleOrder.violations(modules))
        .containsExactly(
            "module core must not use module memory: dev.tutti.task.Task uses dev.tutti.memory.Segment");
  }

  /**
   * A module descriptor that requires a module of a higher layer is found, although no class uses
   * it.
   */
  @Test
  void violations_upwardRequires_isFound() {
    compile("module dev.tutti.memory {}");
    List<ClassFileReferences> memory = read("");
    delete("module-info.class");
    compile("module dev.tutti.core { requires java.logging; }");
    ClassFileReferences descriptor = read("").getFirst();
    assertThat(descriptor.requiredModules()).contains("java.base", "java.logging");
    SortedMap<String, List<ClassFileReferences>> modules = new TreeMap<>();
    modules.put("memory", memory);
    modules.put(
        "core",
        List.of(
            new ClassFileReferences(
                descriptor.name(),
                descriptor.classes(),
                descriptor.moduleName(),
                List.of("java.base", "dev.tutti.memory"))));

    assertThat(ModuleOrder.violations(modules))
        .containsExactly(
            "module core must not use module memory: its module-info requires dev.tutti.memory");
  }

  /** A module that the drawing does not know, and a package in two modules, are found. */
  @Test
  void violations_unknownModuleAndSplitPackage_areFound() {
    compile("package dev.tutti.task; public class Task {}");
    SortedMap<String, List<ClassFileReferences>> modules = new TreeMap<>();
    modules.put("core", read("dev/tutti/task"));
    modules.put("novel", read("dev/tutti/task"));

    assertThat(ModuleOrder.violations(modules))
        .containsExactly(
            "module has no place in the layers: module=novel; give it one in dev.tutti.checks.ModuleOrder",
            "package is in two modules: package=dev.tutti.task modules=core, novel");
  }

  private String cycleIn(String... sources) {
    compile(sources);
    PackageGraph graph = new PackageGraph();
    read("").forEach(graph::add);
    return graph.describeCycle().orElse("");
  }

  private void compile(String... sources) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
    List<JavaFileObject> units = new ArrayList<>();
    for (String source : sources) {
      units.add(new TextSource(source));
    }
    List<String> options = List.of("-proc:none", "-d", folder.toString());
    boolean compiled = compiler.getTask(null, null, problems, options, null, units).call();
    assertThat(compiled).as("%s", problems.getDiagnostics()).isTrue();
  }

  private List<ClassFileReferences> read(String below) {
    try (Stream<Path> files = Files.walk(folder.resolve(below))) {
      List<ClassFileReferences> all = new ArrayList<>();
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).sorted().toList()) {
        all.add(ClassFileReferences.read(file));
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void delete(String file) {
    try {
      Files.delete(folder.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A source file that is a string; its file name follows from its text. */
  private static final class TextSource extends SimpleJavaFileObject {
    private final String text;

    TextSource(String text) {
      super(URI.create("string:///" + fileName(text) + ".java"), Kind.SOURCE);
      this.text = text;
    }

    private static String fileName(String text) {
      if (text.startsWith("module ")) {
        return "module-info";
      }
      String head = text.substring(0, text.indexOf('{')).replaceAll("\\([^)]*\\)", "").strip();
      return head.substring(head.lastIndexOf(' ') + 1);
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
