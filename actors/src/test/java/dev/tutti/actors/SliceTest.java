package dev.tutti.actors;
import static org.junit.jupiter.api.Assertions.*;
import java.util.*;
import org.junit.jupiter.api.*;
import dev.tutti.testkit.*;
class SliceTest {
  @Test void slice() throws Exception {
    try (Actor<ArrayList<Integer>> a = Actor.open(() -> new ArrayList<Integer>(), ActorOptions.DEFAULTS)) {
      boolean added = Await.result(a.ask(l -> l.add(3))); assertTrue(added);
      int n = Await.result(a.ask(l -> l.size())); assertEquals(1, n);
      long t=System.nanoTime(); for (int i=0;i<20000;i++) a.ask(l -> l.get(0)).join(); System.out.println("us "+(System.nanoTime()-t)/20000/1e3);
      t=System.nanoTime(); for (int i=0;i<20000;i++) a.ask(l -> l.get(0)).join(); System.out.println("us "+(System.nanoTime()-t)/20000/1e3);
      var fs = new ArrayList<java.util.concurrent.CompletableFuture<Integer>>();
      t=System.nanoTime(); for (int i=0;i<20000;i++) fs.add(a.ask(l -> l.get(0))); for (var f:fs) f.join(); System.out.println("piped us "+(System.nanoTime()-t)/20000/1e3);
      var f = a.ask(l -> { System.exit(3); return 1; });
      var g = a.ask(l -> 2);
      System.out.println(assertThrows(Exception.class, f::get));
      System.out.println(assertThrows(Exception.class, g::get));
    }
  }
}
