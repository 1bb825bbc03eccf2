package dev.tutti.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.ComparisonResult;
import dev.tutti.ComparisonResult.Row;
import dev.tutti.ComparisonResult.Setup;
import dev.tutti.plan.Choice;
import dev.tutti.testkit.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code tutti advise} says, and that it says one thing. */
@Tag("system")
class AdviseTest {
  @TempDir Path folder;
  @TempDir Path temporary;

  private Ended advise(String... args) throws Exception {
    String[] all = new String[args.length + 1];
    all[0] = "advise";
    System.arraycopy(args, 0, all, 1, args.length);
    return Ended.after(folder, temporary, "", List.of(), all);
  }

  @BeforeEach
  void sources() throws Exception {
    Files.writeString(
        folder.resolve("Some.java"),
        """
        class Some {
          private static final boolean READY = prepare();

          /** Loading the class takes long, the method does not. */
          private static boolean prepare() {
            long start = System.nanoTime();
            while (System.nanoTime() - start < 60_000_000) {
              Thread.onSpinWait();
            }
            return true;
          }

          public static Object any(String s) throws Exception {
            return switch (s) {
              case "exit" -> { System.exit(5); yield s; }
              case "throw" -> throw new java.io.IOException("no " + s);
              default -> s.length();
            };
          }
        }
        """);
  }

  /** The decision comes with the table that it is made from, and with the cost of a wall. */
  @Test
  void advise_someInputs_decisionTableAndWall() throws Exception {
    Ended ended = advise("Some.java", "a", "b", "c", "--sample", "2");
    assertThat(ended.status()).isZero();
    assertThat(ended.out())
        .contains("because", "tried on 2 of 3 inputs:", "processes", "a wall around each input");
    assertThat(advise("Some.java", "a", "--sample", "0").status()).isEqualTo(ExitCode.USAGE);
  }

  /** What the first call of a method costs once does not decide. */
  @Test
  void advise_firstCallSlow_notCounted() throws Exception {
    AtomicReference<Ended> told = new AtomicReference<>();
    Await.until(
        "a run in which the others on this machine hold up no item",
        () -> {
          told.set(advise("Some.java", "a", "throw", "--json"));
          return told.get().out().contains("\"choice\":\"sequential\"");
        });
    Ended json = told.get();
    assertThat(json.status()).isEqualTo(ExitCode.SOME_FAILED);
    assertThat(json.out().lines())
        .singleElement()
        .asString()
        .startsWith("{\"inputs\":2,")
        .contains("\"quickest\":", "\"measured_items\":");
  }

  /** A method that ends the JVM in which it runs is not taken for an interrupt. */
  @Test
  void advise_methodExits_saidSo() throws Exception {
    Ended ended = advise("Some.java", "exit", "a");
    assertThat(ended.status()).isEqualTo(5);
    assertThat(ended.err())
        .contains("System.exit was called at Some.any(Some.java")
        .doesNotContain("interrupted");
  }

  /** A default time-out of the program is no reason to choose processes. */
  @Test
  void advise_defaultTimeout_choosesAllTheSame() throws Exception {
    List<String> flags = List.of("-Dtutti.timeout=30s");
    Ended ended = Ended.after(folder, temporary, "", flags, "advise", "Some.java", "a", "b");
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.out()).contains("because");
  }

  private static Row row(String backend, int millis) {
    return new Row(
        new Setup(backend, 2, "-"),
        Duration.ofMillis(millis),
        List.of(),
        0,
        OptionalDouble.empty());
  }

  private static Optional<String> doubt(String chosen, Row... rows) {
    Choice.Step step =
        new Choice.Step(0, chosen, 2, 1, Optional.empty(), List.of(), "it is a test", List.of());
    return AdviseCommand.doubt(
        new Choice(List.of(step)), new ComparisonResult(Arrays.asList(rows)));
  }

  /** Where the table has another way that is clearly quicker, that is said. */
  @Test
  void doubt_otherWayQuicker_saidSo() {
    assertThat(doubt("threads", row("normal", 3), row("threads", 80), row("processes", 1)))
        .hasValueSatisfying(
            text -> assertThat(text).contains("normal took 3.0 ms", "threads 80 ms"));
    assertThat(doubt("sequential", row("normal", 80), row("threads", 40))).isPresent();
    assertThat(doubt("threads", row("normal", 80), row("threads", 40), row("virtual", 35)))
        .isEmpty();
    assertThat(doubt("threads", row("normal", 1), row("threads", 2))).isEmpty();
  }
}
