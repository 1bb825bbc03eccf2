package dev.tutti.memory.sync;

/** The cells of a queue on the heap, for items of whole units. What nobody orders shows. */
final class PlainCells implements Cells {
  private final long[] units;

  PlainCells(int units) {
    this.units = new long[units];
  }

  @Override
  public long number(int unit) {
    return units[unit];
  }

  @Override
  public void number(int unit, long value) {
    units[unit] = value;
  }

  @Override
  public void read(int unit, byte[] into) {
    for (int i = 0; i < into.length; i += Long.BYTES) {
      long eight = units[(unit + i / Long.BYTES) % units.length];
      for (int b = 0; b < Long.BYTES; b++) {
        into[i + b] = (byte) (eight >>> (b * Byte.SIZE));
      }
    }
  }

  @Override
  public void write(int unit, byte[] from) {
    for (int i = 0; i < from.length; i += Long.BYTES) {
      long eight = 0;
      for (int b = 0; b < Long.BYTES; b++) {
        eight |= (from[i + b] & 0xFFL) << (b * Byte.SIZE);
      }
      units[(unit + i / Long.BYTES) % units.length] = eight;
    }
  }

  @Override
  public void readAnnex(byte[] into) {
    throw noAnnex();
  }

  @Override
  public void writeAnnex(byte[] from) {
    throw noAnnex();
  }

  @Override
  public void cutAnnex() {
    throw noAnnex();
  }

  private static UnsupportedOperationException noAnnex() {
    return new UnsupportedOperationException("items must fit into the ring");
  }
}
