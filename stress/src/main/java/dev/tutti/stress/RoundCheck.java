package dev.tutti.stress;

import dev.tutti.stress.Act.Deed;
import dev.tutti.stress.Ended.How;
import dev.tutti.stress.Line.Mark;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Compares how the items of a round ended with what their tasks and the outside process wrote. */
final class RoundCheck {
  /*
   * A worker runs one item at a time, so at its death one item can be lost at most: the one that its last line names, or, if
   * that was at its end, one that was claimed and had not come to its first line.
   */

  /**
   * What is known of a round.
   *
   * @param seed its seed
   * @param items how many items it has
   * @param attempts how often an item may be started
   * @param mayCancel whether items may end as cancelled
   */
  record Terms(long seed, int items, int attempts, boolean mayCancel) {}

  /** A line and the process that wrote it. */
  private record Said(Life life, Line line) {}

  private final Terms terms;
  private final Collection<Ended> ended;
  private final Map<Life, List<Line>> journals;
  private final Map<Life, Set<Deed>> deeds;
  private final Map<Long, List<Said>> byItem = new HashMap<>();
  private final Map<Life, Long> lossOf = new HashMap<>();
  private final List<String> broken = new ArrayList<>();
  private long lostBeforeFirstLine;

  RoundCheck(
      Terms terms,
      Collection<Ended> ended,
      Map<Life, List<Line>> journals,
      Map<Life, Set<Deed>> deeds) {
    this.terms = terms;
    this.ended = ended;
    this.journals = journals;
    this.deeds = deeds;
    journals.forEach((life, lines) ->
        lines.forEach(line ->
            byItem.computeIfAbsent(line.item(), _ -> new ArrayList<>()).add(new Said(life, line))));
  }

  /** {@return a sentence for each break of a rule} */
  List<String> brokenRules() {
    everyItemEndedOnce();
    journals.forEach(this::oneItemAtATime);
    byItem.forEach(this::asOftenAsAllowed);
    ended.forEach(this::asItsLinesSay);
    return List.copyOf(broken);
  }

  /** {@return how many items were claimed and lost before they could write a line} */
  long lostBeforeFirstLine() {
    return lostBeforeFirstLine;
  }

  private void everyItemEndedOnce() {
    int[] outcomes = new int[terms.items()];
    for (Ended e : ended) {
      if (e.item() < 0 || e.item() >= outcomes.length) {
        broken.add("an item that was not given has an outcome: item=%d".formatted(e.item()));
      } else {
        outcomes[(int) e.item()]++;
      }
    }
    for (int item = 0; item < outcomes.length; item++) {
      if (outcomes[item] != 1) {
        broken.add(
            "an item must have one outcome: item=%d outcomes=%d".formatted(item, outcomes[item]));
      }
    }
  }

  private void oneItemAtATime(Life life, List<Line> lines) {
    Line before = null;
    for (Line line : lines) {
      boolean runs = before != null && before.mark().runsOn();
      boolean begins = line.mark() == Mark.BEGAN;
      if (begins == runs && !isTold(before, line)) {
        broken.add("a worker runs one item after the other: worker=%s at=%s".formatted(life, line));
      }
      if (!begins && before != null && runs && before.item() != line.item()) {
        broken.add(
            "a worker must end the item that it runs: worker=%s at=%s".formatted(life, line));
      }
      if (line.mark() != Mark.OVERLAPPED) {
        before = line;
      }
    }
  }

  /** An interrupt may come when the item has written its end. */
  private static boolean isTold(@Nullable Line before, Line line) {
    return before != null
        && !before.mark().runsOn()
        && line.mark() == Mark.INTERRUPTED
        && before.item() == line.item();
  }

  private void asOftenAsAllowed(long item, List<Said> said) {
    long begins = count(said, Mark.BEGAN);
    if (begins > terms.attempts()) {
      broken.add(
          "an item must not begin more often than allowed: item=%d begins=%d allowed=%d workers=%s"
              .formatted(
                  item,
                  begins,
                  terms.attempts(),
                  said.stream().map(Said::life).distinct().toList()));
    }
    if (count(said, Mark.OVERLAPPED) > 0) {
      broken.add(
          "two attempts of an item must not run at once: item=%d lines=%s".formatted(item, said));
    }
  }

  private static long count(List<Said> said, Mark mark) {
    return said.stream().filter(s -> s.line().mark() == mark).count();
  }

  private void asItsLinesSay(Ended end) {
    List<Said> said = byItem.getOrDefault(end.item(), List.of());
    switch (end.how()) {
      case SUCCEEDED -> succeeded(end, said);
      case THREW -> threw(end, said);
      case OUT_OF_MEMORY -> outOfMemory(end, said);
      case LOST -> lost(end, said);
      case TIMED_OUT -> {}
      case CANCELLED -> {
        if (!terms.mayCancel()) {
          broken.add("nobody cancelled this item: item=%d".formatted(end.item()));
        }
      }
      case OTHERWISE ->
          broken.add(
              "an item ended as none can: item=%d text=%s".formatted(end.item(), end.text()));
    }
    long begins = count(said, Mark.BEGAN);
    if (end.attempts() > 0 && end.how() != How.CANCELLED && begins > end.attempts()) {
      broken.add(
          "a start must be counted as an attempt: item=%d begins=%d attempts=%d"
              .formatted(end.item(), begins, end.attempts()));
    }
    boolean mayBeRetried =
        end.how() == How.THREW || end.how() == How.TIMED_OUT || end.how() == How.LOST;
    if (mayBeRetried && end.attempts() > 0 && end.attempts() < terms.attempts()) {
      broken.add(
          "an item must have all its attempts: item=%d how=%s attempts=%d allowed=%d"
              .formatted(end.item(), end.how(), end.attempts(), terms.attempts()));
    }
    said.stream()
        .filter(s -> s.line().nanos() - end.overNanos() > 0 && end.overNanos() != Long.MAX_VALUE)
        .findFirst()
        .ifPresent(late ->
            broken.add(
                "an item that is over must not run: item=%d line=%s".formatted(end.item(), late)));
  }

  private void succeeded(Ended end, List<Said> said) {
    long right = Mix.result(terms.seed(), end.item());
    if (end.value() != right || !Kind.of(terms.seed(), end.item()).succeeds()) {
      broken.add(
          "a success must have the right value: item=%d value=%d right=%d kind=%s"
              .formatted(end.item(), end.value(), right, Kind.of(terms.seed(), end.item())));
    }
    if (said.stream()
        .noneMatch(s -> s.line().mark() == Mark.ENDED && s.line().value() == end.value())) {
      broken.add(
          "a success must have come to its end: item=%d lines=%s".formatted(end.item(), said));
    }
  }

  private void threw(Ended end, List<Said> said) {
    if (count(said, Mark.THREW) == 0) {
      broken.add(
          "an item that failed must have thrown: item=%d lines=%s".formatted(end.item(), said));
    }
  }

  private void outOfMemory(Ended end, List<Said> said) {
    boolean ordered =
        said.stream().anyMatch(s -> s.line().mark() == Mark.FILLS && suffered(s.life(), Deed.FILL));
    if (!ordered) {
      broken.add("no heap was filled by this item: item=%d lines=%s".formatted(end.item(), said));
    }
  }

  private boolean suffered(Life life, Deed deed) {
    return deeds.getOrDefault(life, Set.of()).contains(deed);
  }

  private void lost(Ended end, List<Said> said) {
    Optional<Life> named =
        said.stream().map(Said::life).filter(l -> l.pid() == end.value()).reduce((_, last) -> last);
    if (named.isEmpty()) { // claimed, and killed before its first line
      named =
          deeds.keySet().stream()
              .filter(life -> life.pid() == end.value() && !lossOf.containsKey(life))
              .filter(this::wasBetweenItems)
              .findFirst();
      lostBeforeFirstLine++;
    }
    if (named.isEmpty()) {
      broken.add(
          "an item must be lost by the worker that ran it: item=%d pid=%d lines=%s text=%s"
              .formatted(end.item(), end.value(), said, end.text()));
      return;
    }
    Life worker = named.get();
    if (deeds.getOrDefault(worker, Set.of()).stream().noneMatch(Deed::costsAnItem)) {
      broken.add(
          "nobody did anything to the worker that was lost: item=%d worker=%s text=%s"
              .formatted(end.item(), worker, end.text()));
    }
    Long other = lossOf.putIfAbsent(worker, end.item());
    if (other != null) {
      broken.add(
          "a worker must lose one item at most: worker=%s items=%d, %d"
              .formatted(worker, other, end.item()));
    }
    List<Line> lines = journals.getOrDefault(worker, List.of());
    Line last = lines.isEmpty() ? null : lines.getLast();
    boolean wroteNothing = count(said, Mark.BEGAN) < end.attempts(); // of one of its attempts
    if (last != null && last.item() != end.item() && (last.mark().runsOn() || !wroteNothing)) {
      broken.add(
          "an item must not be lost when its worker runs another: item=%d worker=%s last=%s"
              .formatted(end.item(), worker, last));
    }
  }

  private boolean wasBetweenItems(Life life) {
    List<Line> lines = journals.getOrDefault(life, List.of());
    return lines.isEmpty() || !lines.getLast().mark().runsOn();
  }
}
