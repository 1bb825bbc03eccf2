package dev.tutti.process.block;

import dev.tutti.codec.DecodeException;
import dev.tutti.codec.Parts;
import java.nio.ByteBuffer;

/**
 * How a process finds the large parts of a value, as it stands in a frame.
 *
 * <pre>
 *   0        8      16           20      28         36
 *   +--------+------+------------+-------+----------+----------+-- ... --+
 *   | serial | turn | descriptor | bytes | length 0 | length 1 |         |
 *   +--------+------+------------+-------+----------+----------+-- ... --+
 * </pre>
 *
 * @param serial the block's number; its owner gives each only once
 * @param turn which filling of the block it is
 * @param descriptor the owner's file descriptor
 * @param bytes the size of the block
 * @param lengths how many bytes each part has
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record PartsTable(long serial, long turn, int descriptor, long bytes, long[] lengths) {
  private static final int HEAD_BYTES = 3 * Long.BYTES + Integer.BYTES;

  ByteBuffer toBytes() {
    ByteBuffer out = ByteBuffer.allocate(HEAD_BYTES + lengths.length * Long.BYTES);
    out.putLong(serial).putLong(turn).putInt(descriptor).putLong(bytes);
    for (long length : lengths) {
      out.putLong(length);
    }
    return out.flip();
  }

  static PartsTable read(ByteBuffer in) throws DecodeException {
    int rest = in.remaining() - HEAD_BYTES;
    if (rest < 0 || rest % Long.BYTES != 0) {
      throw new DecodeException("table of large parts has a wrong length: bytes=" + rest, null);
    }
    PartsTable table =
        new PartsTable(
            in.getLong(), in.getLong(), in.getInt(), in.getLong(), new long[rest / Long.BYTES]);
    long most = table.bytes - Block.HEADER_BYTES;
    for (int i = 0; i < table.lengths.length; i++) {
      long length = in.getLong();
      if (length < 0 || length > most) {
        throw wrong(length, most);
      }
      table.lengths[i] = length;
    }
    if (most < 0 || Parts.room(table.lengths) > most) {
      throw wrong(table.lengths.length, most);
    }
    return table;
  }

  private static DecodeException wrong(long length, long most) {
    return new DecodeException(
        "large part does not fit into its block: length=%d most=%d".formatted(length, most), null);
  }
}
