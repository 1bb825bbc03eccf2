package dev.tutti.drawing;

/** A drawing in the language of Graphviz. */
final class Dot {
  private Dot() {}

  static String text(Drawing drawing) {
    StringBuilder text = new StringBuilder("digraph tasks {\n  rankdir=LR;\n");
    text.append("  node [shape=box, style=\"filled,rounded\", fontname=\"monospace\"];\n");
    for (int box = 0; box < drawing.boxes().size(); box++) {
      Box b = drawing.boxes().get(box);
      Look look = Look.of(b.state());
      text.append(
          "  n%s [label=\"%s\\n%s\", fillcolor=\"%s\", color=\"%s\"%s];\n"
              .formatted(
                  box,
                  escaped(b.name()),
                  escaped(b.note()),
                  look.fill(),
                  look.stroke(),
                  shape(look)));
    }
    for (int box = 0; box < drawing.boxes().size(); box++) {
      for (int input : drawing.inputs(box)) {
        text.append("  n").append(input).append(" -> n").append(box).append(";\n");
      }
    }
    return text.append("}\n").toString();
  }

  private static String shape(Look look) {
    String lines = look.dashes().isEmpty() ? "" : ",dashed";
    String shape = look.corner() < 0 ? ", shape=octagon" : "";
    String corners = look.corner() > 0 ? ",rounded" : "";
    return "%s, style=\"filled%s%s\", penwidth=%s".formatted(shape, corners, lines, look.width());
  }

  private static String escaped(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        default -> out.append(mayStand(text, i) ? c : '?');
      }
    }
    return out.toString();
  }

  private static boolean mayStand(String text, int i) {
    char c = text.charAt(i);
    return !Character.isISOControl(c) && !(Character.isSurrogate(c) && isLone(text, i));
  }

  /** {@return whether a half of a character has no other half} */
  private static boolean isLone(String text, int i) {
    return Character.isHighSurrogate(text.charAt(i))
        ? i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1))
        : i == 0 || !Character.isHighSurrogate(text.charAt(i - 1));
  }
}
