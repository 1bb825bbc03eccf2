package dev.tutti.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A message that ends with an id has a page, and the page is about what the message says. */
@Tag("unit")
class ErrorPagesTest {
  private static final Path ROOT = Path.of("..");
  private static final Path PAGES = ROOT.resolve("docs/reference/errors");
  private static final Pattern ID = Pattern.compile("\\[(T\\d{3})]");

  /** From the first words of a message to its id, in the text of a program. */
  private static final Pattern MESSAGE =
      Pattern.compile("\"(cannot (?:send|read)) (?:(?!\"cannot )[\\s\\S]){0,400}?\\[(T\\d{3})]");

  /** Each id has a page, and each page a message. */
  @Test
  void ids_ofTheMessages_areThoseOfThePages() throws IOException {
    Set<String> ids = new TreeSet<>();
    for (String source : sources()) {
      ID.matcher(source).results().forEach(id -> ids.add(id.group(1)));
    }
    assertThat(pages().keySet()).isEqualTo(ids);
  }

  /** What "cannot be read" does not lead to a page on what cannot be sent. */
  @Test
  void firstWords_ofAMessage_areThoseOfItsPage() throws IOException {
    Map<String, String> pages = pages();
    List<String> wrong = new ArrayList<>();
    int found = 0;
    for (String source : sources()) {
      Matcher message = MESSAGE.matcher(source);
      while (message.find()) {
        found++;
        if (!pages.getOrDefault(message.group(2), "").contains("\n" + message.group(1) + " ")) {
          wrong.add(message.group());
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(found).isGreaterThan(10);
  }

  /** The text of each page, by its id. */
  private static Map<String, String> pages() throws IOException {
    Map<String, String> pages = new TreeMap<>();
    try (Stream<Path> files = Files.list(PAGES)) {
      for (Path file : files.toList()) {
        pages.put(file.getFileName().toString().replace(".md", ""), Files.readString(file));
      }
    }
    return pages;
  }

  private static List<String> sources() throws IOException {
    List<String> sources = new ArrayList<>();
    try (Stream<Path> files = Files.walk(ROOT)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        if (file.toString().contains("src/main/java")) {
          sources.add(Files.readString(file));
        }
      }
    }
    return sources;
  }
}
