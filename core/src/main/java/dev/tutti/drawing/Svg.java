package dev.tutti.drawing;

import java.util.List;

/** A drawing as an SVG document that needs nothing else. */
final class Svg {
  /*
   * The text is set in a font of one width, so that the size of a box follows from its longest line whatever font
   * there is. Layers go from left to right, or where that is too wide from top to bottom. The ground is white whatever page it
   * is put on.
   */
  private static final int CHARACTER = 8; // of 12 px: 7.2, and some room
  private static final int MOST_CHARACTERS = 28;
  private static final int HEIGHT = 42;
  private static final int MARGIN = 16;
  private static final int HEAD = 44;
  private static final int WIDE_ENOUGH = 1_400;

  private final Drawing drawing;
  private final String summary;
  private final String remark;
  private final Layers layers;
  private final boolean down;
  private final int width; // of a box
  private final int layerStep;
  private final Placement placement;
  private final StringBuilder out = new StringBuilder();

  Svg(Drawing drawing, String summary, String remark) {
    this.drawing = drawing;
    this.summary = summary;
    this.remark = remark;
    this.layers = new Layers(drawing.inputs());
    int longest = 0;
    for (Box box : drawing.boxes()) {
      longest = Math.max(longest, Math.max(columns(box.name()), columns(box.note())));
    }
    this.width = Math.min(longest, MOST_CHARACTERS) * CHARACTER + 20;
    int count = layers.layers().size();
    int fullest = layers.layers().stream().mapToInt(List::size).max().orElse(0);
    int across = count * (width + 56);
    this.down = across > WIDE_ENOUGH && across > fullest * (width + 18);
    this.layerStep = down ? HEIGHT + 34 : width + 56;
    this.placement =
        down ? new Placement(layers, width, 10, 16) : new Placement(layers, HEIGHT, 8, 12);
  }

  String text() {
    int[] layerOf = new int[layers.count()];
    for (int i = 0; i < layers.layers().size(); i++) {
      for (int one : layers.layers().get(i)) {
        layerOf[one] = i;
      }
    }
    int along = Math.max(0, layers.layers().size() - 1) * layerStep + (down ? HEIGHT : width);
    int across = (int) Math.ceil(placement.extent());
    int wide =
        Math.max(down ? across : along, Math.max(columns(summary), columns(remark)) * CHARACTER);
    int high = down ? along : across;
    begin(wide + 2 * MARGIN, high + 2 * MARGIN + HEAD);
    out.append("<g fill=\"none\" stroke=\"#495057\" stroke-width=\"1.2\">\n");
    layers.routes().forEach(route -> arrow(route, layerOf));
    out.append("</g>\n<g font-family=\"monospace\" font-size=\"12\" fill=\"#1b1f24\">\n");
    for (int box = 0; box < drawing.boxes().size(); box++) {
      box(drawing.boxes().get(box), left(box, layerOf), top(box, layerOf));
    }
    return out.append("</g>\n</svg>\n").toString();
  }

  private void begin(int wide, int high) {
    out.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="%1$s" height="%2$s" viewBox="0 0 %1$s %2$s" role="img">
        <title>%3$s</title>
        <defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" \
        orient="auto"><path d="M 0 0 L 8 4 L 0 8 z" fill="#495057"/></marker></defs>
        <rect width="%1$s" height="%2$s" fill="#ffffff"/>
        <text x="%4$s" y="28" font-family="monospace" font-size="12" fill="#1b1f24">%3$s</text>
        """
            .formatted(wide, high, escaped(summary), MARGIN));
    if (!remark.isEmpty()) {
      out.append(
          "<text x=\"%s\" y=\"46\" font-family=\"monospace\" font-size=\"12\" fill=\"#495057\">%s</text>\n"
              .formatted(MARGIN, escaped(remark)));
    }
  }

  private int left(int one, int[] layerOf) {
    int middle = (int) Math.round(placement.middle(one));
    return MARGIN + (down ? middle - width / 2 : layerOf[one] * layerStep);
  }

  private int top(int one, int[] layerOf) {
    int middle = (int) Math.round(placement.middle(one));
    return MARGIN + HEAD + (down ? layerOf[one] * layerStep : middle - HEIGHT / 2);
  }

  // ---------------------------------------------------------------- arrows

  private void arrow(int[] route, int[] layerOf) {
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < route.length; i++) {
      int x = left(route[i], layerOf);
      int y = top(route[i], layerOf);
      boolean knee = layers.isKnee(route[i]);
      if (down) {
        x += width / 2;
      } else {
        y += HEIGHT / 2;
      }
      if (i > 0) {
        path.append(curve(x, y));
      }
      int beyond = down ? HEIGHT : width;
      if (knee) {
        path.append(down ? " V " + (y + beyond) : " H " + (x + beyond));
      }
      if (i < route.length - 1) {
        fromX = down ? x : x + beyond;
        fromY = down ? y + beyond : y;
        if (i == 0) {
          path.append("M %s %s".formatted(fromX, fromY));
        }
      }
    }
    out.append("<path d=\"%s\" marker-end=\"url(#arrow)\"/>\n".formatted(path));
  }

  private int fromX; // where the last piece of an arrow ends
  private int fromY;

  private String curve(int x, int y) {
    int half = down ? (y - fromY) / 2 : (x - fromX) / 2;
    return down
        ? " C %s %s %s %s %s %s".formatted(fromX, fromY + half, x, y - half, x, y)
        : " C %s %s %s %s %s %s".formatted(fromX + half, fromY, x - half, y, x, y);
  }

  // ---------------------------------------------------------------- boxes

  private void box(Box box, int x, int y) {
    Look look = Look.of(box.state());
    out.append("<g><title>").append(escaped(box.name() + ": " + box.note())).append("</title>");
    String paint =
        "fill=\"%s\" stroke=\"%s\" stroke-width=\"%s\"%s"
            .formatted(
                look.fill(),
                look.stroke(),
                look.width(),
                look.dashes().isEmpty() ? "" : " stroke-dasharray=\"" + look.dashes() + "\"");
    if (look.corner() >= 0) {
      out.append(
          "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" rx=\"%s\" %s/>"
              .formatted(x, y, width, HEIGHT, look.corner(), paint));
    } else {
      int cut = -look.corner();
      out.append(
          "<path d=\"M %s %s h %s l %s %s v %s l %s %s h %s l %s %s v %s z\" %s/>"
              .formatted(
                  x + cut,
                  y,
                  width - 2 * cut,
                  cut,
                  cut,
                  HEIGHT - 2 * cut,
                  -cut,
                  cut,
                  2 * cut - width,
                  -cut,
                  -cut,
                  2 * cut - HEIGHT,
                  paint));
    }
    int text = x + 10;
    out.append(
        "<text x=\"%s\" y=\"%s\" font-weight=\"bold\">%s</text>"
            .formatted(text, y + 17, escaped(shortened(box.name()))));
    out.append(
        "<text x=\"%s\" y=\"%s\">%s</text></g>\n"
            .formatted(text, y + 33, escaped(shortened(box.note()))));
  }

  // ---------------------------------------------------------------- text

  /** {@return how many columns a text takes; letters of the far east take two} */
  static int columns(String text) {
    return text.codePoints().map(Svg::columns).sum();
  }

  private static int columns(int character) {
    return character >= 0x1100 ? 2 : 1;
  }

  /** {@return as much of a text as fits} */
  static String shortened(String text) {
    if (columns(text) <= MOST_CHARACTERS) {
      return text;
    }
    StringBuilder kept = new StringBuilder();
    int columns = 3;
    for (int c : text.codePoints().toArray()) {
      columns += columns(c);
      if (columns > MOST_CHARACTERS) {
        break;
      }
      kept.appendCodePoint(c);
    }
    return kept.append("...").toString();
  }

  /** {@return a text as it may stand in XML; what may not is a question mark} */
  static String escaped(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '&' -> out.append("&amp;");
            case '<' -> out.append("&lt;");
            case '>' -> out.append("&gt;");
            case '"' -> out.append("&quot;");
            default -> out.appendCodePoint(mayStand(c) ? c : '?');
          }
        });
    return out.toString();
  }

  private static boolean mayStand(int c) {
    boolean half = c >= 0xD800 && c <= 0xDFFF;
    return !Character.isISOControl(c) && !half && c != 0xFFFE && c != 0xFFFF;
  }
}
