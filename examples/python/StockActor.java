// One object in a process of its own, used by the workers of a pool.
import dev.tutti.Items;
import dev.tutti.Pool;
import dev.tutti.actors.Actor;

static class Stock {
  private int pieces;

  int add(int more) {
    return pieces += more;
  }
}

void main() {
  try (Actor<Stock> stock = Actor.open(Stock::new);
      Pool pool = Pool.processes(2)) {
    pool.forEach(Items.range(0, 4), _ -> stock.ask(s -> s.add(5)).join());
    IO.println(stock.ask(s -> s.add(0)).join());
  }
}
