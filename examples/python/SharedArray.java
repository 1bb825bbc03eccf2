// Processes fill parts of one array.
import dev.tutti.Items;
import dev.tutti.Pool;
import dev.tutti.memory.SharedDoubles;

void main() throws IOException {
  try (SharedDoubles grid = SharedDoubles.create(4000);
      Pool pool = Pool.processes()) {
    pool.forEach(Items.range(0, 4), part -> grid.slice(part * 1000L, 1000).fill(part));
    IO.println(grid.stream().sum());
  }
}
