package dev.tutti.checks;

import static dev.tutti.checks.ClassFileReferences.packageOf;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Which package uses which, each arrow with one class that makes it. */
final class PackageGraph {
  private final SortedMap<String, SortedMap<String, String>> arrows = new TreeMap<>();

  /** Adds the arrows of one class file. */
  void add(ClassFileReferences from) {
    String user = packageOf(from.name());
    for (String type : from.classes()) {
      String used = packageOf(type);
      if (!used.equals(user)) {
        arrows
            .computeIfAbsent(user, _ -> new TreeMap<>())
            .putIfAbsent(used, from.name().replace('/', '.') + " uses " + type.replace('/', '.'));
      }
    }
  }

  /**
   * {@return one sentence about a shortest cycle, and a line for each of its arrows; empty if there
   * is no cycle}
   */
  Optional<String> describeCycle() {
    List<String> shortest = List.of();
    for (String start : arrows.keySet()) {
      List<String> cycle = cycleThrough(start);
      if (!cycle.isEmpty() && (shortest.isEmpty() || cycle.size() < shortest.size())) {
        shortest = cycle;
      }
    }
    if (shortest.isEmpty()) {
      return Optional.empty();
    }
    StringBuilder text = new StringBuilder("packages form a cycle: ");
    text.append(String.join(" -> ", shortest));
    for (int i = 0; i + 1 < shortest.size(); i++) {
      text.append("\n  ").append(arrows.get(shortest.get(i)).get(shortest.get(i + 1)));
    }
    return Optional.of(text.toString());
  }

  /* Breadth first from the start, until an arrow leads back to it. */
  private List<String> cycleThrough(String start) {
    Map<String, String> reachedFrom = new HashMap<>();
    Deque<String> queue = new ArrayDeque<>(List.of(start));
    while (!queue.isEmpty()) {
      String user = queue.remove();
      for (String used : arrows.getOrDefault(user, new TreeMap<>()).keySet()) {
        if (used.equals(start)) {
          List<String> path = new ArrayList<>(List.of(start));
          for (String step = user; !step.equals(start); step = reachedFrom.get(step)) {
            path.add(step);
          }
          path.add(start);
          return path.reversed();
        }
        if (reachedFrom.putIfAbsent(used, user) == null) {
          queue.add(used);
        }
      }
    }
    return List.of();
  }
}
