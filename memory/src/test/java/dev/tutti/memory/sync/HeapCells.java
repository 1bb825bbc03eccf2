package dev.tutti.memory.sync;

import java.io.EOFException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The cells of a queue between played processes. What they do not order shows as broken items. */
final class HeapCells implements Cells {
  private static final VarHandle NUMBER =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final byte[] ring;
  private byte[] annex = {};

  HeapCells(int units) {
    this.ring = new byte[units * Long.BYTES];
  }

  @Override
  public long number(int unit) {
    return (long) NUMBER.get(ring, unit * Long.BYTES);
  }

  @Override
  public void number(int unit, long value) {
    NUMBER.set(ring, unit * Long.BYTES, value);
  }

  @Override
  public void read(int unit, byte[] into) {
    for (int i = 0; i < into.length; i++) {
      into[i] = ring[(unit * Long.BYTES + i) % ring.length];
    }
  }

  @Override
  public void write(int unit, byte[] from) {
    for (int i = 0; i < from.length; i++) {
      ring[(unit * Long.BYTES + i) % ring.length] = from[i];
    }
  }

  @Override
  public void readAnnex(byte[] into) throws EOFException {
    if (annex.length < into.length) {
      throw new EOFException(
          "the annex is gone: has=%d wants=%d".formatted(annex.length, into.length));
    }
    System.arraycopy(annex, 0, into, 0, into.length);
  }

  @Override
  public void writeAnnex(byte[] from) {
    annex = from.clone();
  }

  @Override
  public void cutAnnex() {
    annex = new byte[0];
  }

  int annexBytes() {
    return annex.length;
  }
}
