package dev.tutti.stress.actors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * What a call has written: one line by one write, so that it is there as a whole or not at all, in
 * the order of all processes.
 *
 * @param begins whether the call begins; else it ends
 * @param call which call
 * @param pid the process that runs it
 * @param count how many calls the state has seen, this one with them
 */
record Line(boolean begins, CallId call, long pid, long count) {
  static void write(Path journal, boolean begins, CallId call, long count) throws IOException {
    String line =
        "%s %d %d %d %d%n"
            .formatted(
                begins ? "B" : "E",
                call.caller(),
                call.number(),
                ProcessHandle.current().pid(),
                count);
    try (FileChannel out = FileChannel.open(journal, StandardOpenOption.APPEND)) {
      int _ = out.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
    }
  }

  static List<Line> read(Path journal) throws IOException {
    return Files.readAllLines(journal, StandardCharsets.US_ASCII).stream()
        .map(Line::parse)
        .toList();
  }

  private static Line parse(String text) {
    String[] fields = text.split(" ", -1);
    return new Line(
        fields[0].equals("B"),
        new CallId(Integer.parseInt(fields[1]), Integer.parseInt(fields[2])),
        Long.parseLong(fields[3]),
        Long.parseLong(fields[4]));
  }
}
