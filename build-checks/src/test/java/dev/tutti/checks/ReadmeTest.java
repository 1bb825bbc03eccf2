package dev.tutti.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Java that stands in a document is Java that a test runs. */
@Tag("unit")
class ReadmeTest {
  private static final Path ROOT = Path.of("..");
  private static final Path GUIDE = ROOT.resolve("docs/guide");
  private static final Path PROGRAMS = ROOT.resolve("examples/python");
  private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern PYTHON_BLOCK =
      Pattern.compile("```python\n(.*?)```", Pattern.DOTALL);
  private static final Pattern REGION =
      Pattern.compile("// @start region=(\\w+)\n(.*?) *// @end region=\\1", Pattern.DOTALL);

  /** The second cell of a row, and the pieces of code in it. */
  private static final Pattern SECOND_CELL = Pattern.compile("(?m)^\\|[^|]*\\|([^|]*)\\|");

  private static final Pattern CODE = Pattern.compile("`([^`]*)`");

  /** Each Java block of README and guides is, but for white space, a tested region or program. */
  @Test
  void javaBlocks_ofTheDocuments_areTestedRegions() throws IOException {
    List<String> tested = new ArrayList<>(programs(".java"));
    for (String snippets : snippets()) {
      Matcher region = REGION.matcher(snippets);
      while (region.find()) {
        tested.add(bare(region.group(2)));
      }
    }
    List<String> blocks = new ArrayList<>();
    for (Path document : documents()) {
      blocks.addAll(found(JAVA_BLOCK, Files.readString(document)));
    }
    assertThat(blocks).isNotEmpty().allSatisfy(code -> assertThat(tested).contains(code));
  }

  /** The page of whole programs has all of them, in both languages. */
  @Test
  void programs_ofThePage_areAllThatThereAre() throws IOException {
    String page = Files.readString(GUIDE.resolve("from-python/programs.md"));
    assertThat(found(JAVA_BLOCK, page)).containsExactlyInAnyOrderElementsOf(programs(".java"));
    assertThat(found(PYTHON_BLOCK, page)).containsExactlyInAnyOrderElementsOf(programs(".py"));
  }

  /** Each call in the second column of a table for Python users stands in a tested class. */
  @Test
  void calls_inTheTablesForPythonUsers_areTested() throws IOException {
    List<String> tested = snippets().stream().map(ReadmeTest::bare).toList();
    List<String> calls = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (Path page : pages(GUIDE.resolve("from-python"))) {
      Matcher cell = SECOND_CELL.matcher(Files.readString(page));
      while (cell.find()) {
        for (String call : found(CODE, cell.group(1))) {
          if (!call.contains("(")) {
            continue;
          }
          calls.add(call);
          if (tested.stream().noneMatch(code -> code.contains(call))) {
            missing.add(page.getFileName() + ": " + call);
          }
        }
      }
    }
    assertThat(missing).isEmpty();
    assertThat(calls).hasSizeGreaterThan(50);
  }

  private static List<String> snippets() throws IOException {
    List<String> texts = new ArrayList<>();
    try (Stream<Path> files = Files.walk(ROOT)) {
      for (Path file : files.filter(ReadmeTest::isSnippets).toList()) {
        texts.add(Files.readString(file));
      }
    }
    return texts;
  }

  private static List<String> programs(String suffix) throws IOException {
    List<String> programs = new ArrayList<>();
    try (Stream<Path> files = Files.list(PROGRAMS)) {
      for (Path file : files.filter(file -> file.toString().endsWith(suffix)).toList()) {
        programs.add(bare(Files.readString(file)));
      }
    }
    return programs;
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(match -> bare(match.group(1))).toList();
  }

  private static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    documents.addAll(pages(GUIDE));
    return documents;
  }

  private static List<Path> pages(Path folder) throws IOException {
    try (Stream<Path> pages = Files.walk(folder)) {
      return pages.filter(file -> file.toString().endsWith(".md")).toList();
    }
  }

  private static String bare(String code) {
    return code.replaceAll("\\s+", "");
  }

  private static boolean isSnippets(Path file) {
    return file.toString().contains("src/test/java") && file.toString().endsWith("Snippets.java");
  }
}
