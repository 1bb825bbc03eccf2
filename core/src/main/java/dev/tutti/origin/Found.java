package dev.tutti.origin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * What a loader finds by a name. An answer is several of these, one behind the other.
 *
 * <pre>
 *   +-----------------+----------+--------+------------------+
 *   | length (4) name | kind (1) | id (8) | length (4) bytes |
 *   +-----------------+----------+--------+------------------+
 * </pre>
 *
 * @param name the name
 * @param kind what was found
 * @param id the number of the loader that has it, where that is another one
 * @param bytes a class file, the content of a resource, or why there is none
 */
@SuppressWarnings({"ArrayRecordComponent", "EnumOrdinal"}) // never compared; both are of one build
record Found(String name, Kind kind, long id, byte[] bytes) {
  private static final byte[] NOTHING = {};

  enum Kind {
    /** The bytes are those of the class, or of the resource. */
    BYTES,
    /** A class that each process has by itself. */
    EVERYWHERE,
    /** A class of another loader. */
    OF_ANOTHER,
    /** There is no such class; the bytes say why. */
    NONE,
    /** The number of the loader is not known, or the loader has gone. */
    NO_LOADER
  }

  static Found bytes(String name, byte[] bytes) {
    return new Found(name, Kind.BYTES, 0, bytes);
  }

  static Found everywhere(String name) {
    return new Found(name, Kind.EVERYWHERE, 0, NOTHING);
  }

  static Found ofAnother(String name, long id) {
    return new Found(name, Kind.OF_ANOTHER, id, NOTHING);
  }

  static Found none(String name, String why) {
    return new Found(name, Kind.NONE, 0, why.getBytes(UTF_8));
  }

  static Found noLoader(String name) {
    return new Found(name, Kind.NO_LOADER, 0, NOTHING);
  }

  String text() {
    return new String(bytes, UTF_8);
  }

  void writeTo(DataOutputStream out) throws IOException {
    write(name.getBytes(UTF_8), out);
    out.writeByte(kind.ordinal());
    out.writeLong(id);
    write(bytes, out);
  }

  private static void write(byte[] bytes, DataOutputStream out) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  static Found readFrom(DataInputStream in) throws IOException {
    return new Found(
        new String(read(in), UTF_8), Kind.values()[in.readByte()], in.readLong(), read(in));
  }

  private static byte[] read(DataInputStream in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return bytes;
  }
}
