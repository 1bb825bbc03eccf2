package dev.tutti.cli;

import dev.tutti.Comparison;
import dev.tutti.ComparisonResult;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.examples.AudioJob;
import dev.tutti.examples.SilentWavs;
import dev.tutti.plan.Batching;
import dev.tutti.task.Done;
import dev.tutti.task.Failure;
import dev.tutti.task.Success;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tutti demo etl}: the audio job on each backend, and a table of what each took. */
@Command(
    name = "etl",
    description = {
      "Make WAV files, add noise to each, and compare the backends.",
      "",
      "Before the time is taken the workers are started, and run two files for each of them."
    })
final class EtlCommand implements Callable<Integer> {
  private static final int WAV_HEADER_BYTES = 58;

  @Option(
      names = "--dir",
      paramLabel = "D",
      defaultValue = "tutti-demo",
      description = "Folder of the files (default: ${DEFAULT-VALUE}).")
  private Path dir = Path.of("");

  @Option(
      names = "--files",
      paramLabel = "N",
      defaultValue = "8",
      description = "How many (default: ${DEFAULT-VALUE}).")
  private String files = "";

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "60",
      description = "Length of each (default: ${DEFAULT-VALUE}).")
  private String seconds = "";

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "all",
      description = "all, or of sequential,threads,virtual,processes (default: ${DEFAULT-VALUE}).")
  private String backend = "";

  @Option(
      names = "--workers",
      paramLabel = "N",
      description =
          "How many threads and processes (default: one a processor). Virtual threads are as many"
              + " as files, up to 1,024.")
  private @Nullable String workers;

  @Option(
      names = "--chunk",
      paramLabel = "N",
      defaultValue = "adaptive",
      description = "How many files go to a worker together (default: ${DEFAULT-VALUE}).")
  private String chunk = "";

  @Option(
      names = "--json",
      description = "Print one JSON object, and nothing else, on standard output.")
  private boolean json;

  @Override
  public Integer call() {
    int count = Numbers.positive("--files", files);
    double length = Numbers.seconds("--seconds", seconds, SilentWavs.MAX_SECONDS);
    int each = Numbers.workers(workers);
    List<BackendName> backends = BackendName.list(backend);
    Batching batching = Numbers.chunk(chunk);
    return Session.run(session -> run(session, count, length, each, backends, batching));
  }

  private void run(
      Session session,
      int count,
      double length,
      int each,
      List<BackendName> backends,
      Batching batching) {
    List<Path> inputs = SilentWavs.in(dir, count);
    session.expect((long) count * backends.size());
    prepare(inputs, length);
    session.atEnd(() -> Leftovers.removeFrom(dir));
    Pool[] pools =
        backends.stream()
            .map(name -> session.open(name.options(each, List.of())))
            .toArray(Pool[]::new);
    // the last are the processes, if they are asked for
    List<Path> there = made(session, pools[pools.length - 1], inputs, length);
    print(
        session,
        RunReport.of(
            Comparison.of(there, AudioJob::transform)
                .on(pools)
                .chunks(batching)
                .warmUp(2 * each) // one is not enough for the JIT
                .watchedBy(new RunReport(session, (file, time) -> tell(session, file, time)))),
        there,
        length);
  }

  private void prepare(List<Path> inputs, double length) {
    try {
      Files.createDirectories(dir);
      long bytes = Math.round(length * AudioJob.RATE) * Float.BYTES + WAV_HEADER_BYTES;
      long missing = inputs.stream().filter(file -> !Files.exists(file)).count();
      missing += inputs.stream().filter(file -> !Files.exists(AudioJob.output(file))).count();
      long free = Files.getFileStore(dir).getUsableSpace();
      if (missing * bytes > free) {
        throw CommandException.notStarted(
            "not enough room in %s: needed=%,d bytes free=%,d bytes; use fewer or shorter files, or another --dir"
                .formatted(dir, missing * bytes, free));
      }
    } catch (IOException e) {
      throw CommandException.notStarted(
          "cannot use --dir: %s; name a folder that can be written".formatted(Words.of(e)));
    }
  }

  /** Makes the files that are not there; returns those that are there now. */
  private List<Path> made(Session session, Pool pool, List<Path> inputs, double length) {
    session.talk().title("making files");
    List<Path> there = new ArrayList<>();
    try (Stream<Done<Path, Boolean>> all =
        Parallel.on(pool)
            .batch(Batching.fixed(1))
            .progress(session.talk())
            .outcomes(inputs, file -> SilentWavs.ensure(file, length))) {
      all.forEach(done -> {
        switch (done.outcome()) {
          case Failure<?> failure -> throw cannotMake(done.item(), failure);
          case Success<?> _ -> there.add(done.item());
          default -> session.countFailure(done.item().toString(), done.outcome());
        }
      });
    }
    return there;
  }

  private static CommandException cannotMake(Path file, Failure<?> failure) {
    return CommandException.notStarted(
        "cannot make %s: %s; free some room, or name another folder with --dir"
            .formatted(file, Words.cause(failure)));
  }

  private void tell(Session session, String file, Duration time) {
    String line =
        String.format(
            Locale.ROOT,
            "%s completed in %.2f s",
            Path.of(file).getFileName(),
            Durations.seconds(time));
    if (json) {
      session.talk().say(line);
    } else {
      session.out().line(line);
    }
  }

  private void print(Session session, ComparisonResult result, List<Path> inputs, double length) {
    if (json) {
      Map<String, @Nullable Object> object = new LinkedHashMap<>();
      object.put("files", inputs.size());
      object.put("seconds", length);
      object.put("runs", RunReport.runs(result, inputs, "mean_file_s"));
      session.out().line(Json.of(object));
    } else {
      session.out().line("");
      session.out().line(result.table("file"));
    }
  }
}
