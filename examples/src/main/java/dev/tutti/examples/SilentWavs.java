package dev.tutti.examples;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Makes the silent WAV files that the audio job begins with. */
public final class SilentWavs {
  /** The longest file that the WAV format has room for, in seconds. */
  public static final long MAX_SECONDS = AudioJob.WavWriter.MAX_SAMPLES / AudioJob.RATE;

  private static final int PIECE = 65_536;

  private SilentWavs() {}

  /**
   * {@return the names of a number of files: {@code tone-00.wav}, {@code tone-01.wav} and so on}
   *
   * @param folder where they are or will be
   * @param files how many
   */
  public static List<Path> in(Path folder, int files) {
    return IntStream.range(0, files)
        .mapToObj(i -> folder.resolve("tone-%02d.wav".formatted(i)))
        .toList();
  }

  /**
   * Makes a file, if there is none of that name and length yet. What is there and is no WAV file of
   * that length is replaced.
   *
   * @param file where it is to be
   * @param seconds how long it is to sound
   * @return whether it was made
   * @throws IOException if it cannot be written
   */
  public static boolean ensure(Path file, double seconds) throws IOException {
    long samples = Math.round(seconds * AudioJob.RATE);
    if (has(file, samples)) {
      return false;
    }
    Path part = AudioJob.part(file);
    try {
      write(part, samples);
      Files.move(part, file, ATOMIC_MOVE, REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
    return true;
  }

  private static boolean has(Path file, long samples) {
    try (AudioJob.WavReader there = new AudioJob.WavReader(file)) {
      return there.samples() == samples;
    } catch (IOException missingOrOfAnotherKind) {
      return false;
    }
  }

  private static void write(Path file, long samples) throws IOException {
    try (AudioJob.WavWriter out = new AudioJob.WavWriter(file, samples)) {
      float[] silence = new float[PIECE];
      for (long left = samples; left > 0; left -= PIECE) {
        out.write(silence, (int) Math.min(left, PIECE));
      }
    }
  }
}
