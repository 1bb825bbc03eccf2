package dev.tutti.origin;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.Set;

/** Whether a class file can be that of a class: the JVM does not give the one that it has read. */
final class Likeness {
  private Likeness() {}

  /**
   * {@return whether supertypes, fields and methods are the same; what methods do is not to be
   * seen}
   */
  static boolean fits(byte[] file, Class<?> type) {
    try {
      return partsOf(ClassFile.of().parse(file)).equals(partsOf(type));
    } catch (IllegalArgumentException unreadable) {
      return false;
    } catch (LinkageError noTypeOfAMember) {
      return true; // nothing speaks against it
    }
  }

  private static Set<String> partsOf(ClassModel file) {
    Set<String> parts = new HashSet<>();
    file.superclass().ifPresent(type -> parts.add("extends " + type.asInternalName()));
    for (ClassEntry type : file.interfaces()) {
      parts.add("implements " + type.asInternalName());
    }
    for (FieldModel field : file.fields()) {
      parts.add(field.fieldName().stringValue() + " " + field.fieldType().stringValue());
    }
    for (MethodModel method : file.methods()) {
      String name = method.methodName().stringValue();
      if (!name.equals(ConstantDescs.CLASS_INIT_NAME)) { // which reflection does not show
        parts.add(name + method.methodType().stringValue());
      }
    }
    return parts;
  }

  private static Set<String> partsOf(Class<?> type) {
    Set<String> parts = new HashSet<>();
    Class<?> parent = type.isInterface() ? Object.class : type.getSuperclass();
    if (parent != null) {
      parts.add("extends " + parent.getName().replace('.', '/'));
    }
    for (Class<?> each : type.getInterfaces()) {
      parts.add("implements " + each.getName().replace('.', '/'));
    }
    for (Field field : type.getDeclaredFields()) {
      parts.add(field.getName() + " " + field.getType().descriptorString());
    }
    for (Method method : type.getDeclaredMethods()) {
      parts.add(method.getName() + descriptor(method.getReturnType(), method.getParameterTypes()));
    }
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      parts.add(ConstantDescs.INIT_NAME + descriptor(void.class, constructor.getParameterTypes()));
    }
    return parts;
  }

  private static String descriptor(Class<?> result, Class<?>[] parameters) {
    return MethodType.methodType(result, parameters).descriptorString();
  }
}
