package dev.tutti.codec;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.SerializedLambda;
import java.nio.file.Path;
import java.security.Key;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Set;

/** Which classes of the JDK are plain values, so that they may come from a worker. */
final class JdkValues {
  /** Packages of values, without the packages below them. */
  private static final Set<String> PACKAGES =
      Set.of(
          "java.io",
          "java.lang",
          "java.math",
          "java.net",
          "java.nio",
          "java.nio.charset",
          "java.nio.file",
          "java.nio.file.attribute",
          "java.security.cert",
          "java.sql",
          "java.text",
          "java.util",
          "java.util.concurrent",
          "java.util.concurrent.atomic",
          "java.util.concurrent.locks",
          "java.util.function",
          "java.util.logging",
          "java.util.regex",
          "java.awt.geom");

  private static final List<String> TREES = List.of("java.time.", "sun.util.calendar.");

  private static final Set<String> CLASSES =
      Set.of(
          SerializedLambda.class.getName(), // a lambda is resolved by the class that made it
          "java.awt.Color",
          "java.awt.Dimension",
          "java.awt.Insets",
          "java.awt.Point",
          "java.awt.Polygon",
          "java.awt.Rectangle",
          "java.security.KeyPair",
          "java.security.KeyRep",
          "java.security.KeyRep$Type",
          "javax.crypto.spec.SecretKeySpec",
          "javax.security.auth.x500.X500Principal",
          "javax.xml.namespace.QName",
          "sun.util.BuddhistCalendar");

  /** Values by what they implement: their classes depend on file system or algorithm. */
  private static final List<Class<?>> VALUES =
      List.of(Path.class, MemorySegment.class, Key.class, Certificate.class);

  /** Exceptions are values too, but for those that carry what makes a reader run code. */
  private static final List<String> NO_EXCEPTIONS_OF =
      List.of("java.rmi.", "javax.management.", "javax.naming.", "javax.script.");

  private static final List<String> EXCEPTIONS_OF =
      List.of("java.", "javax.", "org.ietf.jgss.", "org.w3c.dom.", "org.xml.sax.", "sun.security.");

  private JdkValues() {}

  /** {@return whether a class is part of the JDK: whatever is not, is the user's} */
  static boolean isOfJdk(Class<?> type) {
    String module = type.getModule().getName();
    return module != null && (module.startsWith("java.") || module.startsWith("jdk."));
  }

  /** {@return whether a class of the JDK may come} */
  static boolean isOne(Class<?> type) {
    String name = type.getName();
    return PACKAGES.contains(type.getPackageName())
        || CLASSES.contains(name)
        || begins(name, TREES)
        || VALUES.stream().anyMatch(value -> value.isAssignableFrom(type))
        || (Throwable.class.isAssignableFrom(type)
            && begins(name, EXCEPTIONS_OF)
            && !begins(name, NO_EXCEPTIONS_OF));
  }

  private static boolean begins(String name, List<String> prefixes) {
    return prefixes.stream().anyMatch(name::startsWith);
  }
}
