package dev.tutti.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Bytes that were damaged: they are a value or a {@link DecodeException}, and nothing else. */
@Tag("unit")
final class CodecFuzzTest {
  private static final int ROUNDS = 30;

  /** What a decoder does with bytes. */
  @FunctionalInterface
  private interface Decoder {
    Object decode(ByteBuffer bytes, ClassLoader loader, ValueFilter filter) throws DecodeException;
  }

  private static boolean decodes(Decoder decoder, byte[] bytes, String what) {
    try {
      decoder.decode(
          ByteBuffer.wrap(bytes), CodecFuzzTest.class.getClassLoader(), Filters.results());
      return true;
    } catch (DecodeException e) {
      return false;
    } catch (RuntimeException | Error e) {
      throw new AssertionError("escaped from " + what + ": " + e, e);
    }
  }

  private static List<byte[]> values() {
    List<byte[]> encoded = new ArrayList<>();
    for (Object value : CodecTest.values()) {
      encoded.add(Codec.encode(value, Role.RESULT));
    }
    encoded.add(Codec.encode(new int[] {1, 2, 3}, Role.RESULT));
    encoded.add(Codec.encode(new String[] {"a", null}, Role.RESULT));
    encoded.add(Codec.encode(new HashMap<>(Map.of("a", 1)), Role.RESULT));
    encoded.add(Codec.encode(new ArrayList<>(List.of("a", "b")), Role.RESULT));
    return encoded;
  }

  private static void damage(Decoder decoder, List<byte[]> encoded, long seed) {
    Random random = new Random(seed);
    int refused = 0;
    for (byte[] bytes : encoded) {
      assertThat(decodes(decoder, bytes, "whole")).isTrue();
      for (int length = 0; length < bytes.length; length++) {
        decodes(decoder, Arrays.copyOf(bytes, length), "cut at " + length);
      }
      for (int i = 0; i < bytes.length; i++) { // each byte, to the values that do most harm
        for (int value : new int[] {0, 0x7f, 0x80, 0xff, bytes[i] + 1}) {
          byte[] damaged = bytes.clone();
          damaged[i] = (byte) value;
          refused += decodes(decoder, damaged, "byte " + i + "=" + value) ? 0 : 1;
        }
      }
      for (int round = 0; round < ROUNDS; round++) {
        byte[] damaged = bytes.clone();
        for (int n = random.nextInt(1, 5); n > 0; n--) {
          damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
        }
        decodes(decoder, damaged, "seed " + seed + " " + Arrays.toString(damaged));
      }
    }
    assertThat(refused).isPositive();
  }

  @Test
  void decode_damagedValue_isValueOrRefused() {
    damage(Codec::decode, values(), 1);
  }

  /** A damaged capacity claims no memory. */
  @Test
  void decode_damagedBuffer_isBufferOrRefused() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(8).position(3);
    damage(Codec::decode, List.of(Codec.encode(buffer, Role.RESULT)), 4);
  }

  @Test
  void decode_damagedException_isExceptionOrRefused() {
    StackTraceElement[] stack = {new StackTraceElement("a", "b", "c", 1)};
    RuntimeException cause = new RuntimeException("y");
    cause.setStackTrace(stack);
    IllegalStateException failure = new IllegalStateException("x", cause);
    failure.setStackTrace(stack);
    damage(FailureCodec::decode, List.of(FailureCodec.encode(failure)), 2);
  }

  @Test
  void decode_randomBytes_isValueOrRefused() {
    Random random = new Random(3);
    for (int i = 0; i < 5_000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      if (bytes.length > 0) {
        bytes[0] = (byte) random.nextInt(64);
      }
      decodes(Codec::decode, bytes, Arrays.toString(bytes));
      decodes(FailureCodec::decode, bytes, Arrays.toString(bytes));
    }
  }
}
