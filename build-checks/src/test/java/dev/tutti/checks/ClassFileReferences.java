package dev.tutti.checks;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.StringEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one class file says of other classes of this project.
 *
 * <p>Class entries of the constant pool are not enough: a type that occurs only in a descriptor, a
 * generic signature or an annotation has none. All three are texts in the pool, so every text there
 * is searched for {@code Ldev/tutti/...}, save those that are string constants of the program.
 *
 * @param name the internal name of the class itself
 * @param classes internal names of the classes of this project that it mentions
 * @param moduleName the module that it declares, if it is a module descriptor
 * @param requiredModules the modules that it requires, if it is a module descriptor
 */
record ClassFileReferences(
    String name, Set<String> classes, Optional<String> moduleName, List<String> requiredModules) {
  private static final String ROOT = "dev/tutti/";
  private static final Pattern TYPE = Pattern.compile("L(dev/tutti/[\\p{L}\\p{N}_$/-]+)");

  /** {@return the references in the given class file} */
  static ClassFileReferences read(Path file) throws IOException {
    ClassModel model = ClassFile.of().parse(file);
    Set<String> classes = new TreeSet<>();
    Set<Integer> strings = new HashSet<>();
    for (PoolEntry entry : model.constantPool()) {
      if (entry instanceof StringEntry string) {
        strings.add(string.utf8().index());
      }
    }
    for (PoolEntry entry : model.constantPool()) {
      switch (entry) {
        case ClassEntry type when type.asInternalName().startsWith(ROOT) ->
            classes.add(type.asInternalName());
        case ClassEntry type -> addTypesIn(type.asInternalName(), classes);
        case Utf8Entry text when !strings.contains(text.index()) ->
            addTypesIn(text.stringValue(), classes);
        default -> {}
      }
    }
    Optional<ModuleAttribute> module = model.findAttribute(Attributes.module());
    return new ClassFileReferences(
        model.thisClass().asInternalName(),
        classes,
        module.map(m -> m.moduleName().name().stringValue()),
        module.stream()
            .flatMap(m -> m.requires().stream())
            .map(r -> r.requires().name().stringValue())
            .toList());
  }

  private static void addTypesIn(String text, Set<String> classes) {
    Matcher matcher = TYPE.matcher(text);
    while (matcher.find()) {
      classes.add(matcher.group(1));
    }
  }

  /** {@return the package of a class with this internal name, in dots} */
  static String packageOf(String internalName) {
    int slash = internalName.lastIndexOf('/');
    return slash < 0 ? "" : internalName.substring(0, slash).replace('/', '.');
  }
}
