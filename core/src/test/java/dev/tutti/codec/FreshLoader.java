package dev.tutti.codec;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Has the nested classes of a test anew: others than the test's own, not initialised yet. */
final class FreshLoader extends ClassLoader {
  private final String prefix;

  FreshLoader(Class<?> test) {
    super(test.getClassLoader());
    this.prefix = test.getName() + "$";
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(prefix)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (var in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      byte[] bytes = Objects.requireNonNull(in).readAllBytes();
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  /** {@return a value of this loader's classes} */
  Object decode(byte[] bytes) {
    try {
      return Objects.requireNonNull(Codec.decode(ByteBuffer.wrap(bytes), this, Filters.tasks()));
    } catch (DecodeException e) {
      throw new AssertionError(e);
    }
  }
}
