package dev.tutti.memory.sync;

import java.io.IOException;

/** Cells of a process that writes its item too late: when others may take it already. */
final class LateCells implements Cells {
  private final Cells cells;
  private Runnable late = LateCells::nothing;

  LateCells(Cells cells) {
    this.cells = cells;
  }

  /** Writes what should have been written. */
  void catchUp() {
    late.run();
    late = LateCells::nothing;
  }

  private static void nothing() {}

  @Override
  public long number(int unit) {
    return cells.number(unit);
  }

  @Override
  public void number(int unit, long value) {
    cells.number(unit, value);
  }

  @Override
  public void read(int unit, byte[] into) {
    cells.read(unit, into);
  }

  @Override
  public void write(int unit, byte[] from) {
    late = () -> cells.write(unit, from);
  }

  @Override
  public void readAnnex(byte[] into) throws IOException {
    cells.readAnnex(into);
  }

  @Override
  public void writeAnnex(byte[] from) throws IOException {
    cells.writeAnnex(from);
  }

  @Override
  public void cutAnnex() throws IOException {
    cells.cutAnnex();
  }
}
