package dev.tutti.checks;

import static dev.tutti.checks.ClassFileReferences.packageOf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The rule which module may use which, and its check.
 *
 * <pre>
 * layer 4   cli, examples, bench, stress, bundle -> everything below; cli, bench also -> examples
 * layer 3   dashboard -> observe      spark -> process      actors -> process
 * layer 2   process -> memory         observe -> memory     jobs -> core
 * layer 1   memory -> core            testkit -> core
 * layer 0   core
 * </pre>
 *
 * An arrow carries all arrows below it: what may use memory may use core.
 */
final class ModuleOrder {
  private static final Set<String> LIBRARY =
      Set.of("core", "memory", "process", "observe", "jobs", "dashboard", "spark", "actors");

  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("core", Set.of()),
          Map.entry("memory", Set.of("core")),
          Map.entry("testkit", Set.of("core")),
          Map.entry("process", Set.of("core", "memory")),
          Map.entry("observe", Set.of("core", "memory")),
          Map.entry("jobs", Set.of("core")),
          Map.entry("dashboard", Set.of("core", "memory", "observe")),
          Map.entry("spark", Set.of("core", "memory", "process")),
          Map.entry("actors", Set.of("core", "memory", "process")),
          Map.entry("examples", LIBRARY),
          Map.entry("bench", plus(LIBRARY, "examples")),
          Map.entry("stress", plus(LIBRARY, "testkit")),
          Map.entry("cli", plus(LIBRARY, "examples")),
          Map.entry("bundle", LIBRARY));

  private ModuleOrder() {}

  private static Set<String> plus(Set<String> modules, String module) {
    var all = new java.util.HashSet<>(modules);
    all.add(module);
    return Set.copyOf(all);
  }

  /**
   * {@return a sentence for each break of the rule, given the class files of each module by its
   * folder name}
   */
  static List<String> violations(SortedMap<String, List<ClassFileReferences>> modules) {
    List<String> violations = new ArrayList<>();
    Map<String, String> ownerOfPackage = new TreeMap<>();
    Map<String, String> ownerOfModuleName = new TreeMap<>();
    modules.forEach((module, files) -> {
      if (!files.isEmpty() && !MAY_USE.containsKey(module)) {
        violations.add(
            "module has no place in the layers: module=%s; give it one in %s"
                .formatted(module, ModuleOrder.class.getName()));
      }
      for (ClassFileReferences file : files) {
        file.moduleName().ifPresent(name -> ownerOfModuleName.put(name, module));
        String name = packageOf(file.name());
        String owner =
            file.moduleName().isPresent() ? module : ownerOfPackage.putIfAbsent(name, module);
        if (owner != null && !owner.equals(module)) {
          violations.add(
              "package is in two modules: package=%s modules=%s, %s"
                  .formatted(name, owner, module));
        }
      }
    });
    modules.forEach((module, files) -> {
      for (ClassFileReferences file : files) {
        for (String type : file.classes()) {
          String used = ownerOfPackage.getOrDefault(packageOf(type), module);
          if (!allowed(module, used)) {
            violations.add(
                "module %s must not use module %s: %s uses %s"
                    .formatted(
                        module, used, file.name().replace('/', '.'), type.replace('/', '.')));
          }
        }
        for (String required : file.requiredModules()) {
          String used = ownerOfModuleName.getOrDefault(required, module);
          if (!allowed(module, used)) {
            violations.add(
                "module %s must not use module %s: its module-info requires %s"
                    .formatted(module, used, required));
          }
        }
      }
    });
    return violations.stream().distinct().toList();
  }

  private static boolean allowed(String module, String used) {
    return used.equals(module)
        || !MAY_USE.containsKey(module) // told once, above
        || MAY_USE.get(module).contains(used);
  }
}
