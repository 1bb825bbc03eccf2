package dev.tutti.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.tutti.Pool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The audio job: adds noise to WAV files (32-bit float, mono, 44,100 Hz), one file a task.
 *
 * <p>Run it with WAV files as arguments. Each {@code NAME.wav} gets a {@code NAME-transformed.wav}
 * beside it. The same file name always gets the same noise, so two runs write the same bytes.
 */
public final class AudioJob {
  /** Samples a second. */
  public static final int RATE = 44_100;

  private static final float SIGMA = 0.1f;
  private static final int PIECE = 65_536; // samples in memory at a time; larger is not faster

  private AudioJob() {}

  /**
   * Transforms all files that it is given, on a worker JVM for each processor.
   *
   * @param args WAV files
   */
  public static void main(String[] args) {
    List<Path> files = Arrays.stream(args).map(Path::of).toList();
    try (Pool pool = Pool.processes()) {
      pool.stream(files, AudioJob::transform).forEach(IO::println);
    }
  }

  /**
   * Reads a file, adds normal noise, clips to [-1, 1] and writes the result beside it. The result
   * gets its name when it is complete, so a stop leaves no half file.
   *
   * @param input a WAV file
   * @return the file that was written
   * @throws IOException if a file cannot be read or written, or is not of the kind described above
   */
  public static Path transform(Path input) throws IOException {
    Path output = output(input);
    Path part = part(output);
    try {
      try (WavReader in = new WavReader(input);
          WavWriter out = new WavWriter(part, in.samples())) {
        NormalNoise noise = new NormalNoise(number(input), SIGMA);
        float[] piece = new float[PIECE];
        int n = in.read(piece);
        while (n > 0) {
          noise.addTo(piece, n);
          out.write(piece, n);
          n = in.read(piece);
        }
      }
      return Files.move(part, output, ATOMIC_MOVE, REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part); // only there if something went wrong
    }
  }

  /**
   * {@return where the result for an input goes}
   *
   * @param input a WAV file
   */
  public static Path output(Path input) {
    String name = input.getFileName().toString();
    int end = name.endsWith(".wav") ? name.length() - ".wav".length() : name.length();
    return input.resolveSibling(name.substring(0, end) + "-transformed.wav");
  }

  /** A name of this process's own, so that two runs at once do not write to one file. */
  static Path part(Path output) {
    return output.resolveSibling(
        "%s.%d-%d.part"
            .formatted(
                output.getFileName(),
                ProcessHandle.current().pid(),
                Thread.currentThread().threadId()));
  }

  /** The digits in the file's name, or for a name without any its hash. */
  private static long number(Path input) {
    String name = input.getFileName().toString();
    String digits = name.replaceAll("\\D", "");
    return digits.isEmpty() || digits.length() > 18 ? name.hashCode() : Long.parseLong(digits);
  }

  /** Reads samples, a piece at a time. */
  static final class WavReader implements AutoCloseable {
    private static final int FLOAT_FORMAT = 3;

    private final Path file;
    private final FileChannel channel;
    private final long samples;
    private final ByteBuffer buffer = littleEndian(PIECE * Float.BYTES);
    private long left;

    WavReader(Path file) throws IOException {
      this.file = file;
      this.channel = FileChannel.open(file, READ);
      try {
        this.samples = seekSamples();
        this.left = samples;
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    }

    long samples() {
      return samples;
    }

    /** Fills an array as far as there are samples; returns how many there were. */
    int read(float[] piece) throws IOException {
      int n = (int) Math.min(left, Math.min(piece.length, PIECE));
      fill(n * Float.BYTES).asFloatBuffer().get(piece, 0, n);
      left -= n;
      return n;
    }

    /** Walks the chunks up to the samples and returns how many there are. */
    private long seekSamples() throws IOException {
      ByteBuffer riff = fill(12);
      require(text(riff).equals("RIFF") && text(riff.position(8)).equals("WAVE"), "no WAV file");
      boolean known = false;
      while (true) {
        require(channel.size() - channel.position() >= 8, "no samples");
        ByteBuffer head = fill(8);
        String name = text(head);
        long bytes = Integer.toUnsignedLong(head.getInt());
        require(channel.size() - channel.position() >= bytes, "file is cut off");
        if (name.equals("data")) {
          require(known && bytes % Float.BYTES == 0, "not 32-bit float mono at 44,100 Hz");
          return bytes / Float.BYTES;
        }
        long next = channel.position() + bytes + bytes % 2;
        if (name.equals("fmt ")) {
          known = bytes >= 16 && isFloatMono(fill(16));
        }
        channel.position(next);
      }
    }

    private static boolean isFloatMono(ByteBuffer format) {
      return format.getShort(0) == FLOAT_FORMAT
          && format.getShort(2) == 1
          && format.getInt(4) == RATE
          && format.getShort(14) == Float.SIZE;
    }

    private ByteBuffer fill(int bytes) throws IOException {
      buffer.clear().limit(bytes);
      while (buffer.hasRemaining()) {
        require(channel.read(buffer) >= 0, "file is cut off");
      }
      return buffer.flip();
    }

    private static String text(ByteBuffer from) {
      byte[] letters = new byte[4];
      from.get(letters);
      return new String(letters, US_ASCII);
    }

    private void require(boolean rule, String message) throws IOException {
      if (!rule) {
        throw new IOException("cannot read samples: %s: file=%s".formatted(message, file));
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /** Writes a new file, a piece at a time. */
  static final class WavWriter implements AutoCloseable {
    /**
     * Where the samples begin: after RIFF, the chunks "fmt " and "fact", and the head of "data".
     */
    static final int HEADER_BYTES = 58;

    static final long MAX_SAMPLES = (0xFFFF_FFFFL - HEADER_BYTES) / Float.BYTES;

    private final FileChannel channel;
    private final ByteBuffer buffer = littleEndian(PIECE * Float.BYTES);

    WavWriter(Path file, long samples) throws IOException {
      this.channel = FileChannel.open(file, CREATE_NEW, WRITE);
      try {
        putHeader(Math.toIntExact(samples));
        drain();
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    }

    private void putHeader(int samples) {
      int bytes = samples * Float.BYTES; // unsigned
      buffer.put("RIFF".getBytes(US_ASCII)).putInt(HEADER_BYTES - 8 + bytes);
      buffer.put("WAVEfmt ".getBytes(US_ASCII)).putInt(18);
      buffer.putShort((short) WavReader.FLOAT_FORMAT).putShort((short) 1);
      buffer.putInt(RATE).putInt(RATE * Float.BYTES);
      buffer.putShort((short) Float.BYTES).putShort((short) Float.SIZE).putShort((short) 0);
      buffer.put("fact".getBytes(US_ASCII)).putInt(4).putInt(samples);
      buffer.put("data".getBytes(US_ASCII)).putInt(bytes);
    }

    void write(float[] piece, int n) throws IOException {
      buffer.asFloatBuffer().put(piece, 0, n);
      buffer.position(n * Float.BYTES);
      drain();
    }

    private void drain() throws IOException {
      buffer.flip();
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      buffer.clear();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
