package dev.tutti.examples;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import javax.sound.sampled.UnsupportedAudioFileException;

/**
 * The ways to reach WAV files that were measured and are slower: the JDK's own, and a mapped file.
 */
final class WavVariants {
  private static final AudioFormat FLOAT =
      new AudioFormat(
          AudioFormat.Encoding.PCM_FLOAT, AudioJob.RATE, 32, 1, 4, AudioJob.RATE, false);

  private WavVariants() {}

  static float[] readBySound(Path file) throws IOException, UnsupportedAudioFileException {
    try (AudioInputStream in = AudioSystem.getAudioInputStream(file.toFile())) {
      if (!in.getFormat().matches(FLOAT)) {
        throw new IOException("unexpected format: " + in.getFormat());
      }
      byte[] bytes = in.readAllBytes();
      float[] samples = new float[bytes.length / Float.BYTES];
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(samples);
      return samples;
    }
  }

  static void writeBySound(Path file, float[] samples) throws IOException {
    byte[] bytes = new byte[samples.length * Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(samples);
    write(file, FLOAT, bytes, samples.length);
  }

  static void writeIntegersBySound(Path file, int samples) throws IOException {
    AudioFormat shorts = new AudioFormat(AudioJob.RATE, Short.SIZE, 1, true, false);
    write(file, shorts, new byte[samples * Short.BYTES], samples);
  }

  private static void write(Path file, AudioFormat format, byte[] bytes, int samples)
      throws IOException {
    try (AudioInputStream in =
        new AudioInputStream(new ByteArrayInputStream(bytes), format, samples)) {
      AudioSystem.write(in, AudioFileFormat.Type.WAVE, file.toFile());
    }
  }

  /** Reads a file that has the header that the audio job writes. */
  static float[] readByMapping(Path file) throws IOException {
    try (Arena arena = Arena.ofConfined();
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      long header = AudioJob.WavWriter.HEADER_BYTES;
      float[] samples = new float[Math.toIntExact((all.byteSize() - header) / Float.BYTES)];
      MemorySegment.copy(
          all,
          ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
          header,
          samples,
          0,
          samples.length);
      return samples;
    }
  }
}
