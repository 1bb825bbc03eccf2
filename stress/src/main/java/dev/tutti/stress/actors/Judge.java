package dev.tutti.stress.actors;

import dev.tutti.task.WorkerLostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells which rules a round has broken, from what the calls have written and what their callers
 * were told.
 */
final class Judge {
  private final List<String> broken = new ArrayList<>();

  /**
   * How a call has ended for its caller.
   *
   * @param call the call
   * @param answer its answer; null if it has none
   * @param failure what it has failed with; null if it has not
   */
  record Told(CallId call, Ledger.@Nullable Answer answer, @Nullable Throwable failure) {}

  /**
   * What a round was like.
   *
   * @param told how each call has ended for its caller
   * @param lines what the calls have written, in order
   * @param killed the processes that were killed
   * @param restarts how often the actor says that it came back
   * @param most how often it may
   * @param keepsState whether the state outlives its process
   */
  record Round(
      List<Told> told,
      List<Line> lines,
      Set<Long> killed,
      long restarts,
      long most,
      boolean keepsState) {}

  List<String> broken(Round round) {
    Map<CallId, Long> begun = order(round.lines());
    Map<Long, Integer> lostBy = new HashMap<>();
    for (Told told : round.told()) {
      judge(told, begun, round, lostBy);
    }
    lostBy.forEach((pid, lost) -> {
      require(lost <= 1, "a process loses the call that it runs, and no other", pid, lost);
      require(round.killed().contains(pid), "a process dies only if it is killed", pid, lost);
    });
    require(
        round.restarts() <= round.most(),
        "an actor comes back as often as its policy allows",
        round.restarts(),
        round.most());
    Set<Long> lived = new HashSet<>();
    round.lines().forEach(line -> lived.add(line.pid()));
    require(
        lived.size() <= round.restarts() + 1,
        "each process but one is a restart",
        lived,
        round.restarts());
    if (round.keepsState()) {
      counts(round);
    }
    return broken;
  }

  /** {@return the process that has begun each call} */
  private Map<CallId, Long> order(List<Line> lines) {
    Map<CallId, Long> begun = new HashMap<>();
    Map<Integer, Integer> lastOf = new HashMap<>();
    Line open = null;
    for (Line line : lines) {
      CallId call = line.call();
      if (line.begins()) {
        require(begun.put(call, line.pid()) == null, "a call begins once", call, line.pid());
        Integer before = lastOf.put(call.caller(), call.number());
        require(
            before == null || before < call.number(), "calls begin in their order", call, before);
        require(open == null || open.pid() != line.pid(), "one call runs at a time", call, open);
        open = line;
      } else {
        require(open != null && open.call().equals(call), "what ends has begun last", call, open);
        open = null;
      }
    }
    return begun;
  }

  private void judge(Told told, Map<CallId, Long> begun, Round round, Map<Long, Integer> lostBy) {
    CallId call = told.call();
    Long pid = begun.get(call);
    Ledger.Answer answer = told.answer();
    if (answer != null) {
      require(answer.value() == Ledger.mix(call), "an answer is right", call, answer);
      require(pid != null && pid == answer.pid(), "what is answered was run", call, pid);
    } else if (told.failure() instanceof WorkerLostException lost) {
      if (round.restarts() < round.most() || pid != null) {
        lostBy.merge(lost.pid(), 1, Integer::sum);
      }
      require(pid == null || pid == lost.pid(), "a call is lost by who runs it", call, lost.pid());
    } else {
      require(false, "a call is answered or lost", call, told.failure());
    }
  }

  /** With a checkpoint after each call, what was answered is never forgotten. */
  private void counts(Round round) {
    long last = 0;
    for (Line line : round.lines()) {
      if (line.begins()) {
        require(line.count() >= last, "the state has all that was answered", line, last);
      }
      last = Math.max(last, line.begins() ? 0 : line.count());
    }
    Map<CallId, Long> answered = new HashMap<>();
    for (Told told : round.told()) {
      if (told.answer() != null) {
        answered.put(told.call(), told.answer().count());
      }
    }
    long before = 0;
    for (Line line : round.lines()) {
      Long count = line.begins() ? null : answered.get(line.call());
      if (count != null) {
        require(count > before, "the state has all that was answered", line, before);
        before = count;
      }
    }
  }

  private void require(boolean rule, String what, @Nullable Object of, @Nullable Object with) {
    if (!rule && broken.size() < 10) {
      broken.add("%s: %s %s".formatted(what, of, with));
    }
  }
}
