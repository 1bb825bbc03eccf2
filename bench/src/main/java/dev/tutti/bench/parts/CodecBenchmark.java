package dev.tutti.bench.parts;

import dev.tutti.codec.Codec;
import dev.tutti.codec.DecodeException;
import dev.tutti.codec.Filters;
import dev.tutti.codec.Role;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Small values to bytes and back. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CodecBenchmark {
  /** Which value. */
  @Param({"INT", "TEXT", "PATH", "RECORD", "LIST"})
  Kind kind = Kind.INT;

  private Object value = 0;
  private byte[] bytes = {};

  /** Makes the value and its bytes. */
  @Setup
  public void setUp() {
    value = kind.value();
    bytes = Codec.encode(value, Role.ITEM);
  }

  /** Writes the value. */
  @Benchmark
  public byte[] encode() {
    return Codec.encode(value, Role.ITEM);
  }

  /** Reads the value, with the filter of what a worker reads. */
  @Benchmark
  public @Nullable Object decode() throws DecodeException {
    return Codec.decode(
        ByteBuffer.wrap(bytes), CodecBenchmark.class.getClassLoader(), Filters.tasks());
  }

  /** The values, by what the codec does with them. */
  public enum Kind {
    /** A number: a form of its own. */
    INT,
    /** A short text: a form of its own. */
    TEXT,
    /** A path: a form of its own. */
    PATH,
    /** A record: JDK serialisation. */
    RECORD,
    /** A list of numbers: JDK serialisation. */
    LIST;

    Object value() {
      return switch (this) {
        case INT -> 42;
        case TEXT -> "photos/2026/cat-0042.jpg";
        case PATH -> Path.of("photos/2026/cat-0042.jpg");
        case RECORD -> new Reading("sensor-7", 21.5, 1_700_000_000L);
        case LIST -> List.of(1, 2, 3, 4, 5, 6, 7, 8);
      };
    }
  }

  /** A small record, as users have them. */
  record Reading(String sensor, double value, long at) implements Serializable {}
}
