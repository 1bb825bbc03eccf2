package dev.tutti.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tutti.Pool;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the audio job writes, and what it leaves behind when it cannot. */
@Tag("unit")
class AudioJobTest {
  private static final double SECONDS = 1.5;

  @TempDir Path folder;

  private Path silent(int number) throws IOException {
    Path file = SilentWavs.in(folder, number + 1).get(number);
    SilentWavs.ensure(file, SECONDS);
    return file;
  }

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** The noise is normal with the sigma asked for, and stays within [-1, 1]. */
  @Test
  void transform_silence_normalNoise() throws Exception {
    float[] samples = WavVariants.readBySound(AudioJob.transform(silent(0)));
    double mean = mean(samples);
    assertThat(samples).hasSize((int) (SECONDS * AudioJob.RATE));
    assertThat(mean).isCloseTo(0, within(0.002));
    assertThat(deviation(samples, mean)).isCloseTo(0.1, within(0.002));
    for (float sample : samples) {
      assertThat(sample).isBetween(-1f, 1f);
    }
  }

  /** What is louder than the format allows is clipped. */
  @Test
  void transform_loud_clipped() throws Exception {
    Path file = folder.resolve("loud.wav");
    float[] loud = new float[10_000];
    Arrays.fill(loud, 1f);
    WavVariants.writeBySound(file, loud);
    float[] samples = WavVariants.readBySound(AudioJob.transform(file));
    for (float sample : samples) {
      assertThat(sample).isBetween(-1f, 1f);
    }
    assertThat(samples).contains(1f);
  }

  /** Two runs write the same bytes; two files get different noise. */
  @Test
  void transform_twice_sameBytes() throws Exception {
    byte[] first = Files.readAllBytes(AudioJob.transform(silent(0)));
    byte[] again = Files.readAllBytes(AudioJob.transform(silent(0)));
    byte[] other = Files.readAllBytes(AudioJob.transform(silent(1)));
    assertThat(again).isEqualTo(first);
    assertThat(other).hasSameSizeAs(first).isNotEqualTo(first);
  }

  /** The result stands beside its input, and nothing else does. */
  @Test
  void transform_done_onlyResultIsAdded() throws Exception {
    AudioJob.transform(silent(0));
    assertThat(names()).containsExactly("tone-00-transformed.wav", "tone-00.wav");
  }

  /** A file that is cut off is refused, and leaves no result and no half file. */
  @Test
  void transform_cutOff_nothingLeft() throws Exception {
    Path file = silent(0);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    assertThatIOException()
        .isThrownBy(() -> AudioJob.transform(file))
        .withMessageContaining("cut off");
    assertThat(names()).containsExactly("tone-00.wav");
  }

  /** Text, emptiness and another sample format are refused by name. */
  @Test
  void transform_otherKinds_refused() throws Exception {
    Path text = Files.writeString(folder.resolve("text.wav"), "no sound at all in here, is there?");
    Path empty = Files.createFile(folder.resolve("empty.wav"));
    Path integers = folder.resolve("integers.wav");
    WavVariants.writeIntegersBySound(integers, 1_000);
    assertThatIOException()
        .isThrownBy(() -> AudioJob.transform(text))
        .withMessageContaining("no WAV");
    assertThatIOException().isThrownBy(() -> AudioJob.transform(empty));
    assertThatIOException()
        .isThrownBy(() -> AudioJob.transform(integers))
        .withMessageContaining("32-bit float");
    assertThatThrownBy(() -> AudioJob.transform(folder.resolve("none.wav")))
        .isInstanceOf(NoSuchFileException.class);
  }

  /** An interrupt ends the job at once and leaves no half file. */
  @Test
  void transform_interrupted_nothingLeft() throws Exception {
    Path file = silent(0);
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> AudioJob.transform(file))
          .isInstanceOf(ClosedByInterruptException.class);
    } finally {
      Thread.interrupted();
    }
    assertThat(names()).containsExactly("tone-00.wav");
  }

  /** The one way of access reads what the others wrote, and the others read what it wrote. */
  @Test
  void wav_threeWays_sameSamples() throws Exception {
    float[] samples = {0f, 0.5f, -1f, 1f, Float.MIN_VALUE, 0.1f};
    Path own = folder.resolve("own.wav");
    try (AudioJob.WavWriter out = new AudioJob.WavWriter(own, samples.length)) {
      out.write(samples, samples.length);
    }
    assertThat(WavVariants.readBySound(own)).containsExactly(samples);
    assertThat(WavVariants.readByMapping(own)).containsExactly(samples);
    Path sound = folder.resolve("sound.wav");
    WavVariants.writeBySound(sound, samples);
    try (AudioJob.WavReader in = new AudioJob.WavReader(sound)) {
      float[] read = new float[10];
      assertThat(in.samples()).isEqualTo(samples.length);
      assertThat(in.read(read)).isEqualTo(samples.length);
      assertThat(Arrays.copyOf(read, samples.length)).containsExactly(samples);
      assertThat(in.read(read)).isZero();
    }
  }

  /** Samples that do not fit in one piece are read and written in several. */
  @Test
  void wav_severalPieces_sameSamples() throws Exception {
    float[] samples = new float[150_001];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = i / 200_000f;
    }
    Path file = folder.resolve("long.wav");
    WavVariants.writeBySound(file, samples);
    try (AudioJob.WavReader in = new AudioJob.WavReader(file)) {
      float[] read = new float[samples.length];
      int at = 0;
      float[] piece = new float[65_536];
      for (int n = in.read(piece); n > 0; n = in.read(piece)) {
        System.arraycopy(piece, 0, read, at, n);
        at += n;
      }
      assertThat(read).containsExactly(samples);
    }
  }

  /** Files that are there and right stay as they are; wrong ones are made anew. */
  @Test
  void ensure_filesThere_onlyWrongOnesMade() throws Exception {
    Path right = silent(0);
    Path corrupt = Files.writeString(folder.resolve("tone-01.wav"), "corrupt");
    Path shorter = folder.resolve("tone-02.wav");
    SilentWavs.ensure(shorter, SECONDS / 2);
    assertThat(SilentWavs.ensure(right, SECONDS)).isFalse();
    assertThat(SilentWavs.ensure(corrupt, SECONDS)).isTrue();
    assertThat(SilentWavs.ensure(shorter, SECONDS)).isTrue();
    assertThat(corrupt).hasSameBinaryContentAs(right);
    assertThat(shorter).hasSameBinaryContentAs(right);
  }

  /** On a pool the job writes what it writes on the caller's thread. */
  @Test
  void transform_onThreads_sameBytes() throws Exception {
    List<Path> files = List.of(silent(0), silent(1), silent(2));
    byte[] expected = Files.readAllBytes(AudioJob.transform(files.get(2)));
    try (Pool pool = Pool.threads(2)) {
      List<Path> written = pool.map(files, AudioJob::transform);
      assertThat(written).containsExactlyElementsOf(files.stream().map(AudioJob::output).toList());
      assertThat(written.get(2)).hasBinaryContent(expected);
    }
  }

  private static double mean(float[] samples) {
    double sum = 0;
    for (float sample : samples) {
      sum += sample;
    }
    return sum / samples.length;
  }

  private static double deviation(float[] samples, double mean) {
    double sum = 0;
    for (float sample : samples) {
      sum += (sample - mean) * (sample - mean);
    }
    return Math.sqrt(sum / samples.length);
  }
}
