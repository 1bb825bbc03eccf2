package dev.tutti.drawing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.task.NodeState;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Drawings are well-formed, whole, and their boxes do not overlap. */
@Tag("unit")
final class DrawingTest {
  private static final NodeState[] STATES = NodeState.values();

  private static Document parsed(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }

  private static Drawing atRandom(int size, int mostInputs) {
    Random random = new Random(size);
    List<Box> boxes = new ArrayList<>();
    List<int[]> inputs = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      int near = Math.max(0, i - 12);
      int count = i == 0 ? 0 : random.nextInt(mostInputs + 1);
      int own = i;
      inputs.add(
          IntStream.range(0, count)
              .map(_ -> near + random.nextInt(own - near))
              .distinct()
              .toArray());
      boxes.add(new Box("node " + i, STATES[i % STATES.length], 1_000L * i * i));
    }
    return new Drawing(boxes, inputs);
  }

  private static Drawing graph(int size, IntFunction<int[]> inputsOf) {
    List<Box> boxes = new ArrayList<>();
    List<int[]> inputs = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      boxes.add(new Box("link " + i, NodeState.DONE, 1_000));
      inputs.add(inputsOf.apply(i));
    }
    return new Drawing(boxes, inputs);
  }

  private static Drawing chain(int size) {
    return graph(size, i -> i == 0 ? new int[0] : new int[] {i - 1});
  }

  private record Area(double x, double y, double width, double height) {
    boolean meets(Area other) {
      return x < other.x + other.width
          && other.x < x + width
          && y < other.y + other.height
          && other.y < y + height;
    }

    boolean holds(Area other) {
      return x <= other.x
          && y <= other.y
          && other.x + other.width <= x + width
          && other.y + other.height <= y + height;
    }
  }

  private static List<List<Area>> overlaps(List<Area> areas) {
    List<List<Area>> overlaps = new ArrayList<>();
    for (int i = 0; i < areas.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (areas.get(i).meets(areas.get(j))) {
          overlaps.add(List.of(areas.get(i), areas.get(j)));
        }
      }
    }
    return overlaps;
  }

  private static double number(Element element, String name) {
    return Double.parseDouble(element.getAttribute(name));
  }

  /** The boxes: of each group that has a title, the rectangle, or the path with cut corners. */
  private static List<Area> areas(Document svg) {
    Pattern cut = Pattern.compile("M (\\d+) (\\d+) h (\\d+) l (\\d+) \\d+ v (\\d+) .*");
    List<Area> areas = new ArrayList<>();
    NodeList groups = svg.getElementsByTagName("g");
    for (int i = 0; i < groups.getLength(); i++) {
      Element group = (Element) groups.item(i);
      if (!group.getFirstChild().getNodeName().equals("title")) {
        continue;
      }
      Element shape = (Element) group.getChildNodes().item(1);
      if (shape.getTagName().equals("rect")) {
        areas.add(
            new Area(
                number(shape, "x"),
                number(shape, "y"),
                number(shape, "width"),
                number(shape, "height")));
      } else {
        Matcher m = cut.matcher(shape.getAttribute("d"));
        assertThat(m.matches()).isTrue();
        int corner = Integer.parseInt(m.group(4));
        areas.add(
            new Area(
                Integer.parseInt(m.group(1)) - corner,
                Integer.parseInt(m.group(2)),
                Integer.parseInt(m.group(3)) + 2 * corner,
                Integer.parseInt(m.group(5)) + 2 * corner));
      }
    }
    return areas;
  }

  /** Every box and arrow is there, inside the picture, and no two boxes overlap. */
  @Test
  void svg_graphsOfAllSizes_boxesStandApart() throws Exception {
    List<Drawing> drawings = new ArrayList<>(List.of(chain(5), chain(200), atRandom(1, 0)));
    for (int size : List.of(5, 30, 100, 200, 300)) {
      drawings.add(atRandom(size, 1));
      drawings.add(atRandom(size, 3));
    }
    for (Drawing drawing : drawings) {
      Document svg = parsed(drawing.svg());
      Element root = svg.getDocumentElement();
      List<Area> areas = areas(svg);
      assertThat(areas).hasSize(drawing.boxes().size());
      Area whole = new Area(0, 0, number(root, "width"), number(root, "height"));
      assertThat(areas).allMatch(whole::holds);
      assertThat(overlaps(areas)).isEmpty();
      int arrows = drawing.inputs().stream().mapToInt(inputs -> inputs.length).sum();
      assertThat(drawing.svg().split("marker-end", -1)).hasSize(arrows + 1);
    }
  }

  /**
   * Arrows that are too many, or pass by too many layers, are drawn as those from layer to layer.
   */
  @Test
  void svg_denseGraphs_drawsLayersAndStaysSmall() throws Exception {
    Drawing complete = graph(300, i -> IntStream.range(0, i).toArray());
    Drawing halves = graph(300, i -> IntStream.range(0, i < 150 ? 0 : 150).toArray());
    Drawing withSource = graph(300, i -> i == 0 ? new int[0] : new int[] {0, i - 1});
    for (Drawing drawing : List.of(complete, halves, withSource)) {
      String svg = drawing.svg();
      assertThat(svg).hasSizeLessThan(50_000).contains("too many nodes or arrows to draw");
      assertThat(areas(parsed(svg))).hasSizeBetween(2, 60);
    }
  }

  /** Up to the bound each node is drawn, and the document is of a size that a browser shows. */
  @Test
  void svg_justWithinTheBound_drawsAllNodes() throws Exception {
    Drawing complete = graph(31, i -> IntStream.range(0, i).toArray()); // 4,960 pieces
    assertThat(areas(parsed(complete.svg()))).hasSize(31);
    assertThat(complete.svg()).hasSizeLessThan(500_000);
    Drawing more = graph(32, i -> IntStream.range(0, i).toArray()); // 5,456 pieces
    assertThat(more.svg()).contains("too many nodes or arrows to draw");
  }

  /** A name may hold anything; what XML cannot hold is replaced, what is too long is cut. */
  @Test
  void text_strangeNames_areEscaped() throws Exception {
    String strange = "<b a=\"1\">&amp; \u0000\ud800\u001b]\n'";
    String longName = "x".repeat(500);
    Drawing drawing =
        new Drawing(
            List.of(
                new Box(strange, NodeState.FAILED, 2_500_000_000L),
                new Box(longName, NodeState.DONE, 12_345_678),
                new Box("\u6f22\u5b57".repeat(40), NodeState.RUNNING, 1_234)),
            List.of(new int[0], new int[] {0}, new int[] {0, 1}));
    Document svg = parsed(drawing.svg());
    assertThat(svg.getElementsByTagName("title").item(1).getTextContent())
        .isEqualTo("<b a=\"1\">&amp; ???]?': failed 2.5 s");
    assertThat(drawing.svg())
        .contains(">" + "x".repeat(25) + "...<", "done 12 ms", "running 1 us")
        .doesNotContain("<script", "href", "url(http");
    assertThat(drawing.dot())
        .contains("n0 [label=\"<b a=\\\"1\\\">&amp; ???]\\n'\\nfailed 2.5 s\"")
        .contains("n0 -> n1;", "n0 -> n2;", "n1 -> n2;");
  }

  /** Each state has a word and an outline of its own, not only a colour. */
  @Test
  void svg_allStates_differWithoutColour() {
    assertThat(java.util.Arrays.stream(STATES).map(Look::of))
        .extracting(look -> look.dashes() + "/" + look.width() + "/" + look.corner())
        .doesNotHaveDuplicates();
    assertThat(atRandom(6, 1).svg())
        .contains("waiting", "running", "done", "failed", "skipped", "cancelled");
  }

  /** What programs read has the digits that they read, whatever the user's language is. */
  @Test
  void text_languageHasOtherDigits_isTheSame() {
    List<Drawing> drawings = List.of(atRandom(6, 1), chain(400));
    List<String> expected = new ArrayList<>();
    drawings.forEach(each -> expected.addAll(List.of(each.svg(), each.dot())));
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.of("fa"));
      assertThat("%d".formatted(1)).isNotEqualTo("1");
      List<String> actual = new ArrayList<>();
      drawings.forEach(each -> actual.addAll(List.of(each.svg(), each.dot())));
      assertThat(actual).isEqualTo(expected);
    } finally {
      Locale.setDefault(before);
    }
  }

  /** Too many boxes are drawn as layers, and a long chain as layers together. */
  @Test
  void svg_tooManyBoxes_layersAreDrawn() throws Exception {
    Drawing many = chain(10_000);
    assertThat(areas(parsed(many.svg()))).hasSizeLessThanOrEqualTo(60);
    assertThat(many.svg())
        .contains("10000 nodes: 10000 done", Bands.EXPLAINED, "layers 0 to 166: 167 nodes");
    assertThat(many.dot()).contains("n9998 -> n9999;");
    assertThat(areas(parsed(atRandom(301, 2).svg()))).hasSizeLessThan(60);
    assertThat(new Drawing(List.of(), List.of()).svg()).contains("0 nodes: nothing");
  }

  /**
   * In layers as they are made, an arrow leads to a later one, and the crossing of a swap is
   * undone.
   */
  @Test
  void layers_swappedPairs_arrowsDoNotCross() {
    List<int[]> inputs =
        List.of(
            new int[0], new int[0], new int[] {1}, new int[] {0}, new int[] {3}, new int[] {0, 2});
    Layers layers = new Layers(inputs);
    for (int[] route : layers.routes()) {
      assertThat(route.length).isGreaterThan(1);
    }
    List<Integer> sources = layers.layers().getFirst();
    List<Integer> next = layers.layers().get(1);
    assertThat(sources.indexOf(0) < sources.indexOf(1))
        .isEqualTo(next.indexOf(3) < next.indexOf(2));
  }
}
