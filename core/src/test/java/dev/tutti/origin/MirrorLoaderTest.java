package dev.tutti.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is made of the answers to questions about classes. */
@Tag("unit")
class MirrorLoaderTest {
  private static final long ID = Long.MAX_VALUE;

  @BeforeEach
  void askSomebodyWithoutMemory() {
    ClassSource.parent(
        new ClassSource() {
          @Override
          protected ByteBuffer ask(ByteBuffer question) {
            return ClassServer.nothing();
          }
        });
  }

  @AfterEach
  @SuppressWarnings("NullAway") // as it is where nobody has started the process
  void askNobody() {
    Origins.forget(ID);
    ClassSource.parent(null);
  }

  /** No answer is no word that the loader has gone: its mirror stays, and no other class serves. */
  @Test
  void loadClass_noAnswer_failsAndMirrorStays() {
    ClassLoader mirror = Origins.loader(ID, getClass().getClassLoader());
    assertThatExceptionOfType(ClassNotFoundException.class)
        .isThrownBy(() -> mirror.loadClass(MirrorLoaderTest.class.getName()))
        .withMessageContaining("gave no answer");
    assertThat(Origins.loader(ID, getClass().getClassLoader())).isSameAs(mirror);
  }
}
