package dev.tutti.memory.bell;

import dev.tutti.memory.segment.SharedSegment;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;

/** The words of a segment. */
final class MappedWords implements Words {
  /*
   * The fences keep the segment from being collected, and so unmapped, in the middle of the last use of the object
   * that has it: an unlock would be lost.
   */
  private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();

  private final SharedSegment segment;
  private final MemorySegment memory;

  MappedWords(SharedSegment segment) {
    this.segment = segment;
    this.memory = segment.data();
  }

  private static long offset(int word) {
    return (long) word * Long.BYTES;
  }

  @Override
  public long get(int word) {
    try {
      return (long) WORD.getVolatile(memory, offset(word));
    } finally {
      Reference.reachabilityFence(segment);
    }
  }

  @Override
  public void set(int word, long value) {
    try {
      WORD.setVolatile(memory, offset(word), value);
    } finally {
      Reference.reachabilityFence(segment);
    }
  }

  @Override
  public void put(int word, long value) {
    try {
      WORD.setOpaque(memory, offset(word), value);
    } finally {
      Reference.reachabilityFence(segment);
    }
  }

  @Override
  public boolean compareAndSet(int word, long expected, long value) {
    try {
      return WORD.compareAndSet(memory, offset(word), expected, value);
    } finally {
      Reference.reachabilityFence(segment);
    }
  }

  @Override
  public boolean isBed() {
    return Futex.isReady();
  }

  @Override
  public void sleep(int word, int value, int mark, long nanos) {
    try {
      Futex.sleep(memory.address() + offset(word), value, mark, nanos);
    } finally {
      Reference.reachabilityFence(segment);
    }
  }

  @Override
  public int wake(int word, int marks, int count) {
    try {
      return Futex.wake(memory.address() + offset(word), marks, count);
    } finally {
      Reference.reachabilityFence(segment);
    }
  }
}
