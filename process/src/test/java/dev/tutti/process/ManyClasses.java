package dev.tutti.process;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/** More classes of a program than are linked in its start cache. */
final class ManyClasses {
  static final int COUNT = 2_050;

  /** With this flag workers load them. */
  static final String FLAG = "-Dtutti.test.many=true";

  private ManyClasses() {}

  /** Makes a jar of them. {@return its path} */
  static Path jar(Path jar) throws IOException {
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (int i = 0; i < COUNT; i++) {
        out.putNextEntry(new JarEntry("many/C" + i + ".class"));
        out.write(ClassFile.of().build(ClassDesc.of("many.C" + i), _ -> {}));
      }
    }
    return jar;
  }

  /** Loads them all where the flag says so. {@return how many} */
  static int load() throws ClassNotFoundException {
    int loaded = 0;
    while (Boolean.getBoolean("tutti.test.many") && loaded < COUNT) {
      Class.forName("many.C" + loaded, false, ManyClasses.class.getClassLoader());
      loaded++;
    }
    return loaded;
  }
}
