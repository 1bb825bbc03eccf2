package dev.tutti.bench.parts;

import dev.tutti.codec.Codec;
import dev.tutti.codec.DecodeException;
import dev.tutti.codec.Filters;
import dev.tutti.codec.Role;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
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

/** Small values to bytes and back, beside bare JDK serialisation without any filter. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 8, time = 150, timeUnit = TimeUnit.MILLISECONDS)
public class CodecBenchmark {
  /** Which value. */
  @Param SmallValue value = SmallValue.INT;

  private Object object = 0;
  private Object forJdk = 0;
  private byte[] bytes = {};
  private byte[] jdkBytes = {};

  /** Makes the value and its bytes. */
  @Setup
  public void setUp() throws IOException {
    object = value.make();
    forJdk = object instanceof Path path ? path.toFile() : object; // it does not serialise paths
    bytes = Codec.encode(object, Role.ITEM);
    jdkBytes = jdkEncode();
  }

  /** Writes the value. */
  @Benchmark
  public byte[] encode() {
    return Codec.encode(object, Role.ITEM);
  }

  /** Reads the value, with the filter of what a worker reads. */
  @Benchmark
  public @Nullable Object decode() throws DecodeException {
    return Codec.decode(
        ByteBuffer.wrap(bytes), CodecBenchmark.class.getClassLoader(), Filters.tasks());
  }

  /** Reads the value, with the filter of what a pool reads. */
  @Benchmark
  public @Nullable Object decodeResult() throws DecodeException {
    return Codec.decode(
        ByteBuffer.wrap(bytes), CodecBenchmark.class.getClassLoader(), Filters.results());
  }

  /** Writes the value by the JDK. */
  @Benchmark
  public byte[] jdkEncode() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(128);
    try (ObjectOutputStream stream = new ObjectOutputStream(out)) {
      stream.writeObject(forJdk);
    }
    return out.toByteArray();
  }

  /** Reads the value by the JDK. */
  @Benchmark
  public Object jdkDecode() throws IOException, ClassNotFoundException {
    try (ObjectInputStream stream = new ObjectInputStream(new ByteArrayInputStream(jdkBytes))) {
      return stream.readObject();
    }
  }
}
