package dev.tutti.memory.sync;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tutti.memory.segment.SharedSegment;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/** The cells in a segment; its annex is what the file has behind the memory. */
final class MappedCells implements Cells {
  private final SharedSegment segment;
  private final MemorySegment cells;

  MappedCells(SharedSegment segment, long units) {
    this.segment = segment;
    this.cells = segment.data().asSlice(QueueLayout.CELLS, units * Long.BYTES);
  }

  @Override
  public long number(int unit) {
    try {
      return cells.getAtIndex(JAVA_LONG, unit);
    } finally {
      Reference.reachabilityFence(segment);
    }
  }

  @Override
  public void number(int unit, long value) {
    try {
      cells.setAtIndex(JAVA_LONG, unit, value);
    } finally {
      Reference.reachabilityFence(segment);
    }
  }

  @Override
  public void read(int unit, byte[] into) {
    try {
      long at = (long) unit * Long.BYTES;
      int first = (int) Math.min(into.length, cells.byteSize() - at);
      MemorySegment.copy(cells, JAVA_BYTE, at, into, 0, first);
      MemorySegment.copy(cells, JAVA_BYTE, 0, into, first, into.length - first);
    } finally {
      Reference.reachabilityFence(segment);
    }
  }

  @Override
  public void write(int unit, byte[] from) {
    try {
      long at = (long) unit * Long.BYTES;
      int first = (int) Math.min(from.length, cells.byteSize() - at);
      MemorySegment.copy(from, 0, cells, JAVA_BYTE, at, first);
      MemorySegment.copy(from, first, cells, JAVA_BYTE, 0, from.length - first);
    } finally {
      Reference.reachabilityFence(segment);
    }
  }

  @Override
  public void readAnnex(byte[] into) throws IOException {
    segment.readBehind(into);
  }

  @Override
  public void writeAnnex(byte[] from) throws IOException {
    segment.writeBehind(from);
  }

  @Override
  public void cutAnnex() throws IOException {
    segment.cut();
  }
}
