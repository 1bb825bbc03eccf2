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
  private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern REGION =
      Pattern.compile("// @start region=(\\w+)\n(.*?) *// @end region=\\1", Pattern.DOTALL);

  /** Each Java block of README and guides is, but for white space, a region of a tested class. */
  @Test
  void javaBlocks_ofTheDocuments_areTestedRegions() throws IOException {
    List<String> regions = new ArrayList<>();
    try (Stream<Path> files = Files.walk(ROOT)) {
      for (Path file : files.filter(ReadmeTest::isSnippets).toList()) {
        Matcher region = REGION.matcher(Files.readString(file));
        while (region.find()) {
          regions.add(bare(region.group(2)));
        }
      }
    }
    List<String> blocks = new ArrayList<>();
    for (Path document : documents()) {
      Matcher block = JAVA_BLOCK.matcher(Files.readString(document));
      while (block.find()) {
        blocks.add(bare(block.group(1)));
      }
    }
    assertThat(blocks).isNotEmpty().allSatisfy(code -> assertThat(regions).contains(code));
  }

  private static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> guides = Files.list(ROOT.resolve("docs/guide"))) {
      documents.addAll(guides.filter(file -> file.toString().endsWith(".md")).toList());
    }
    return documents;
  }

  private static String bare(String code) {
    return code.replaceAll("\\s+", "");
  }

  private static boolean isSnippets(Path file) {
    return file.toString().contains("src/test/java") && file.toString().endsWith("Snippets.java");
  }
}
