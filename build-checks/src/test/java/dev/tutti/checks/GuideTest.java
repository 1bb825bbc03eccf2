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

/** Each row of a guide that names a test names one that there is. */
@Tag("unit")
class GuideTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern NAMED_TEST = Pattern.compile("\\| `(\\w+)\\.(\\w+_\\w+)` \\|");

  /** The last column of the tables is a method of a class in the tests or in the contract. */
  @Test
  void tables_ofTheGuides_nameTestsThatExist() throws IOException {
    List<String> sources = sources();
    List<String> missing = new ArrayList<>();
    int named = 0;
    for (Path guide : files(ROOT.resolve("docs/guide"), ".md")) {
      Matcher test = NAMED_TEST.matcher(Files.readString(guide));
      while (test.find()) {
        named++;
        Pattern type = Pattern.compile("(class|interface) " + test.group(1) + "\\b");
        String method = " " + test.group(2) + "(";
        if (sources.stream().noneMatch(s -> type.matcher(s).find() && s.contains(method))) {
          missing.add(guide.getFileName() + ": " + test.group(1) + "." + test.group(2));
        }
      }
    }
    assertThat(missing).isEmpty();
    assertThat(named).isGreaterThan(30);
  }

  private static List<String> sources() throws IOException {
    List<String> sources = new ArrayList<>();
    for (Path file : files(ROOT, ".java")) {
      String path = file.toString();
      if (path.contains("src/test/java") || path.contains("testkit/src/main/java")) {
        sources.add(Files.readString(file));
      }
    }
    return sources;
  }

  private static List<Path> files(Path folder, String suffix) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(suffix)).toList();
    }
  }
}
