package dev.tutti.origin;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which classes a class brings along: those that it names, those that they name, and so on. */
final class Along {
  /** Of a large program everything names everything: most of it is not needed. */
  private static final int MOST_CLASSES = 100;

  private static final int MOST_BYTES = 1 << 18;

  /** Each name has the parent load a class, which may be of another loader, or not there. */
  private static final int MOST_LOOKS = 400;

  private final ArrayDeque<String> names = new ArrayDeque<>();
  private final Set<String> met = new HashSet<>();
  private int classes;
  private int bytes;
  private int looks;

  Along(Found first) {
    met.add(first.name().replace('.', '/'));
    took(first);
  }

  /** {@return the name of a further class to look for; null if it is enough} */
  @Nullable String next() {
    looks++;
    boolean enough = classes >= MOST_CLASSES || bytes >= MOST_BYTES || looks > MOST_LOOKS;
    return enough ? null : names.poll();
  }

  /** A class goes along; it may name others. */
  void took(Found found) {
    classes++;
    bytes += found.bytes().length;
    try {
      ClassModel model = ClassFile.of().parse(found.bytes());
      for (PoolEntry entry : model.constantPool()) {
        if (entry instanceof ClassEntry named) {
          String name = named.name().stringValue();
          if (!name.startsWith("[") && !name.startsWith("java/") && met.add(name)) {
            names.add(name.replace('/', '.'));
          }
        }
      }
    } catch (IllegalArgumentException unreadable) {
      return; // who defines it says more
    }
  }
}
