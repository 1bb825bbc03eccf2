package dev.tutti;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.task.TaskFuture;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The samples of task groups. */
@Tag("unit")
final class GroupSnippets {
  private static final ScopedValue<String> TENANT = ScopedValue.newInstance();

  private static String loadUser(int id) {
    return "user " + id;
  }

  private static List<Integer> loadCart(int id) {
    return List.of(id, 2 * id);
  }

  @Test
  void group() throws Exception {
    int id = 7;
    try (Pool pool = Pool.threads(2)) {
      String page;
      // @start region=group
      try (var group = TaskGroup.open(pool)) {
        TaskFuture<String> user = group.fork(() -> loadUser(id));
        TaskFuture<List<Integer>> cart = group.fork(() -> loadCart(id));
        group.join(); // TaskFailedException: which, and its cause; the other one is cancelled
        page = user.resultNow() + " has " + cart.resultNow();
      }
      // @end region=group
      assertThat(page).isEqualTo("user 7 has [7, 14]");
    }
  }

  @Test
  void policy() throws Exception {
    List<Integer> ids = List.of(1, 2, 3);
    try (Pool pool = Pool.threads(2)) {
      List<String> users =
          ScopedValue.where(TENANT, "acme")
              .call(() -> {
                // @start region=policy
                GroupPolicy<String, List<String>> policy =
                    TaskGroup.<String>allSuccessful()
                        .deadline(Duration.ofSeconds(5))
                        .atMost(8)
                        .carrying(() -> TENANT); // carrying(TENANT) on the pools of this JVM
                try (var group = TaskGroup.open(pool, policy)) {
                  ids.forEach(id -> group.fork(() -> TENANT.get() + ", " + loadUser(id)));
                  return group.join(); // in the order of the forks
                }
                // @end region=policy
              });
      assertThat(users).containsExactly("acme, user 1", "acme, user 2", "acme, user 3");
    }
  }

  @Test
  void any() throws Exception {
    int id = 7;
    try (Pool pool = Pool.virtualThreads()) {
      String user;
      // @start region=any
      try (var group = TaskGroup.open(pool, TaskGroup.<String>anySuccessful())) {
        group.fork(() -> loadUser(id)); // the same from two places
        group.fork(() -> loadUser(id));
        user = group.join(); // whichever comes first; the other is cancelled
      }
      // @end region=any
      assertThat(user).isEqualTo("user 7");
    }
  }
}
