package dev.tutti.codec;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** JDK deserialisation with the classes of one loader, under a filter. */
final class ValueReader extends ObjectInputStream {
  private final ClassLoader loader;

  private ValueReader(InputStream in, ClassLoader loader, ObjectInputFilter filter)
      throws IOException {
    super(in);
    this.loader = loader;
    long most = 16L * in.available(); // an element takes a byte at least; hash tables have room
    setObjectInputFilter(info ->
        info.arrayLength() > most ? ObjectInputFilter.Status.REJECTED : filter.checkInput(info));
  }

  static @Nullable Object read(ByteBuffer bytes, ClassLoader loader, ObjectInputFilter filter)
      throws DecodeException {
    byte[] rest = new byte[bytes.remaining()];
    bytes.get(rest);
    try (ValueReader reader = new ValueReader(new ByteArrayInputStream(rest), loader, filter)) {
      return reader.readObject();
    } catch (IOException
        | ClassNotFoundException
        | RuntimeException
        | VirtualMachineError
        | LinkageError e) {
      throw new DecodeException("cannot read the value: " + e, e);
    }
  }

  @Override
  protected Class<?> resolveClass(ObjectStreamClass description) throws ClassNotFoundException {
    Class<?> primitive = Class.forPrimitiveName(description.getName());
    return primitive != null ? primitive : Class.forName(description.getName(), false, loader);
  }

  @Override
  protected Class<?> resolveProxyClass(String[] interfaces)
      throws IOException, ClassNotFoundException {
    Class<?>[] types = new Class<?>[interfaces.length];
    for (int i = 0; i < types.length; i++) {
      types[i] = Class.forName(interfaces[i], false, loader);
    }
    try {
      return Proxy.newProxyInstance(loader, types, (_, _, _) -> null).getClass();
    } catch (IllegalArgumentException e) {
      throw new ClassNotFoundException("no such proxy class", e);
    }
  }
}
