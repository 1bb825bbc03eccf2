package dev.tutti.bench.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * One cell of the table: a column and a row of it, in a JVM of its own.
 *
 * <p>It says {@code ready} on standard output, then answers each line of standard input with one
 * measured run, as one line of JSON: {@code {"seconds": 0.021, "count": 2000, "result": "2000"}}. A
 * line {@code warm} asks for the same without pauses. It ends where its input ends. {@code
 * bench/compare/peer.py} speaks the same for the Python columns.
 */
public final class Peer {
  private Peer() {}

  /**
   * Serves one cell.
   *
   * @param args column, row, number of workers, number of items, and for the audio job the folder
   *     with its input
   * @throws Exception if the column cannot be opened, or a run fails
   */
  public static void main(String[] args) throws Exception {
    Row row = Row.named(args[1]);
    int workers = Integer.parseInt(args[2]);
    int items = Integer.parseInt(args[3]);
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    List<Path> files = row == Row.AUDIO ? inputs(Path.of(args[4])) : List.of();
    try (Column column = Column.named(args[0], row, workers)) {
      out.println("ready");
      String line = in.readLine();
      while (line != null) {
        Sample sample = column.run(line.equals("warm") ? row.warmUp() : row, items, files);
        out.println(
            String.format(
                Locale.ROOT,
                "{\"seconds\": %.9f, \"count\": %d, \"result\": \"%s\"}",
                sample.nanos() / 1e9,
                sample.count(),
                sample.result()));
        line = in.readLine();
      }
    }
  }

  private static List<Path> inputs(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(p -> !p.getFileName().toString().endsWith("-transformed.wav"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
