package dev.tutti.bench.parts;

import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.FramePacker;
import dev.tutti.process.wire.FrameParser;
import dev.tutti.process.wire.WireException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** One item of a batch laid as a frame behind others, and cut out of them again. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FramingBenchmark {
  private static final int ITEMS = 64;

  /** How many bytes an item has. */
  @Param({"8", "1000"})
  int bytes = 8;

  private byte[] item = {};
  private ByteBuffer packed = ByteBuffer.allocate(0);

  /** Lays a batch to be cut. */
  @Setup
  public void setUp() {
    item = new byte[bytes];
    List<ByteBuffer> pieces = pack();
    packed = ByteBuffer.allocate(pieces.stream().mapToInt(ByteBuffer::remaining).sum());
    pieces.forEach(packed::put);
    packed.flip();
  }

  /** Lays frames. */
  @Benchmark
  @OperationsPerInvocation(ITEMS)
  public List<ByteBuffer> pack() {
    FramePacker packer = new FramePacker();
    for (int i = 0; i < ITEMS; i++) {
      packer.item(i, 1, item);
    }
    return packer.pack();
  }

  /** Cuts frames. */
  @Benchmark
  @OperationsPerInvocation(ITEMS)
  public void parse(Blackhole sink) throws WireException {
    FrameParser parser = new FrameParser(Frame.MAX_LENGTH);
    ByteBuffer from = packed.duplicate();
    Frame frame = parser.next(from);
    while (frame != null) {
      sink.consume(frame);
      frame = parser.next(from);
    }
  }
}
