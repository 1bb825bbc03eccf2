package dev.tutti.process.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a process lends of its blocks, keeps, and gives back to the system. */
@Tag("unit")
@Timeout(60)
class BlocksTest extends BlockFixture {
  // ---------------------------------------------------------------- lending

  /** What comes back is lent again, the last one first, to what it is not much too large for. */
  @Test
  void lend_afterGiveBack_isTheSameBlock() {
    Block one = lend(MIB);
    Block two = lend(MIB);
    assertThat(two).isNotSameAs(one);
    blocks.giveBack(one);
    blocks.giveBack(two);
    assertThat(lend(MIB - 7)).isSameAs(two);
    assertThat(lend(MIB / 2 + 1)).isSameAs(one);
    blocks.giveBack(one);
    assertThat(lend(MIB / 4)).as("one that is much too large stays").isNotSameAs(one);
    assertThat(made).hasSize(3);
    assertThat(one.room()).isBetween(MIB, MIB + MIB / 8);
  }

  /** Giving back twice is giving back once, also when somebody else has the block meanwhile. */
  @Test
  void giveBack_twice_countsOnce() {
    Block one = lend(MIB);
    blocks.giveBack(one);
    blocks.giveBack(one);
    assertThat(lend(MIB)).isSameAs(one);
    assertThat(lend(MIB)).isNotSameAs(one);
  }

  /** Where the store is full there is none; a single one may be larger; what is free makes room. */
  @Test
  void lend_aboveBound_onlyASingleOne() {
    Block huge = lend(20 * MIB);
    assertThat(blocks.lend(MIB, false)).isNull();
    Block must = Objects.requireNonNull(blocks.lend(MIB, true));
    lent.add(must);
    blocks.giveBack(must);
    blocks.giveBack(huge);
    assertThat(open()).isEqualTo(2);
    lend(6 * MIB);
    assertThat(open()).as("the huge one went").isEqualTo(2);
    assertThat(blocks.bytes()).isEqualTo(7 * MIB);
    lend(2 * MIB); // of which one was free, and made room
    assertThat(blocks.lend(MIB, false)).isNull();
  }

  /** Where the system has no room there is no block, and it is not asked at once again. */
  @Test
  void lend_systemIsFull_givesNoneForAWhile() {
    full = true;
    assertThat(blocks.lend(MIB, false)).isNull();
    full = false;
    assertThat(blocks.lend(MIB, false)).as("soon after").isNull();
    now += 2_000_000_000L;
    lend(MIB);
    assertThat(blocks.bytes()).isEqualTo(MIB);
  }

  /** An interrupt of whoever sends does neither harm a block nor get lost. */
  @Test
  void lend_interruptedThread_getsABlock() {
    Thread.currentThread().interrupt();
    Block block = lend(MIB);
    assertThat(Thread.interrupted()).isTrue();
    blocks.giveBack(block);
  }

  // ---------------------------------------------------------------- giving back to the system

  /** What nobody has needed for ten seconds goes; what is lent stays. */
  @Test
  void tick_afterTenSeconds_givesBackWhatIsFree() {
    Block kept = lend(MIB);
    Block unused = lend(2 * MIB);
    blocks.giveBack(unused);
    pass(Blocks.KEPT_NANOS / 2);
    assertThat(open()).isEqualTo(2);
    pass(Blocks.KEPT_NANOS / 2);
    assertThat(open()).isEqualTo(1);
    assertThat(blocks.bytes()).isEqualTo(kept.room());
    blocks.giveBack(kept);
    pass(Blocks.KEPT_NANOS);
    assertThat(open()).isZero();
    assertThat(alarms).as("nobody looks where nothing is").isEmpty();
    assertThat(lend(MIB)).isNotSameAs(kept);
  }

  /** A closed store keeps what is just being filled until it comes back, and lends nothing. */
  @Test
  void close_whileFilling_closesItWhenItComesBack() {
    Block filling = lend(MIB);
    Block sent = lend(MIB);
    filled(blocks, sent, 1);
    blocks.close();
    assertThat(open()).isEqualTo(1);
    assertThat(blocks.lend(MIB, true)).isNull();
    assertThat(blocks.filled(filling, new long[] {1})).isNull();
    blocks.giveBack(filling);
    blocks.giveBack(sent);
    assertThat(open()).isZero();
    assertThat(blocks.bytes()).isZero();
  }
}
