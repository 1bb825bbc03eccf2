// Workers take numbers from one queue and put their squares into another.
import dev.tutti.Pool;
import dev.tutti.memory.sync.ProcessQueue;

void main() throws InterruptedException {
  ProcessQueue<Integer> tasks = ProcessQueue.create(10);
  ProcessQueue<Integer> results = ProcessQueue.create(10);
  try (Pool pool = Pool.processes(2)) {
    for (int i = 0; i < 2; i++) {
      pool.submit(() -> tasks.takeUntilClosed().forEach(n -> results.add(n * n)));
    }
    for (int n = 0; n < 10; n++) {
      tasks.put(n);
    }
    tasks.close();
  }
  IO.println(results.stream().mapToInt(n -> n).sum());
}
