package dev.tutti.cli;

import dev.tutti.Comparison;
import dev.tutti.ComparisonResult;
import dev.tutti.Parallel;
import dev.tutti.Pool;
import dev.tutti.examples.AudioJob;
import dev.tutti.examples.SilentWavs;
import dev.tutti.plan.Batching;
import dev.tutti.plan.Cpus;
import dev.tutti.task.Done;
import dev.tutti.task.Failure;
import java.nio.file.FileSystemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
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
      "Workers are started and have run a file each before the time is taken."
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

  @Option(names = "--workers", paramLabel = "N", description = "How many (default: one a processor).")
  private @Nullable String workers;

  @Option(
      names = "--chunk",
      paramLabel = "N",
      defaultValue = "adaptive",
      description = "How many files go to a worker together (default: ${DEFAULT-VALUE}).")
  private String chunk = "";

  @Option(names = "--json", description = "Print one JSON object, and nothing else, on standard output.")
  private boolean json;

  @Override
  public Integer call() {
    int count = Numbers.positive("--files", files);
    double length = Numbers.seconds(seconds, SilentWavs.MAX_SECONDS);
    int each = workers == null ? Cpus.available() : Numbers.positive("--workers", workers);
    List<BackendName> backends = BackendName.list(backend);
    Batching batching = Numbers.chunk(chunk);
    List<Path> inputs = SilentWavs.in(dir, count);
    try (Session session = new Session()) {
      session.expect((long) count * backends.size());
      prepare(inputs, length);
      session.atEnd(() -> AudioJob.removeLeftovers(dir));
      List<Pool> pools =
          backends.stream().map(name -> session.open(name.options(each, List.of()))).toList();
      try {
        make(session, pools.getLast(), inputs, length); // the last are the processes, if they are asked for
        ComparisonResult result =
            Comparison.of(inputs, AudioJob::transform)
                .on(pools.toArray(Pool[]::new))
                .chunks(batching)
                .warmUp(each)
                .watchedBy(new RunReport(session, (_, done) -> tell(session, done)))
                .run();
        print(session, result, inputs, length);
      } catch (CancellationException e) {
        if (!session.isStopped()) {
          throw e;
        }
      } catch (IllegalStateException e) {
        throw CommandException.notStarted(String.valueOf(e.getMessage()));
      }
      return session.failures() > 0 ? ExitCode.SOME_FAILED : ExitCode.DONE;
    } catch (UncheckedIOException e) {
      throw CommandException.brokenOff(e.getMessage() + ": " + Words.of(e.getCause()));
    }
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

  private void make(Session session, Pool pool, List<Path> inputs, double length) {
    session.talk().title("making files");
    long made = 0;
    try (Stream<Done<Path, Boolean>> all =
        Parallel.on(pool)
            .progress(session.talk())
            .outcomes(inputs, file -> SilentWavs.ensure(file, length))) {
      for (Done<Path, Boolean> done : (Iterable<Done<Path, Boolean>>) all::iterator) {
        if (!done.outcome().succeeded()) {
          throw CommandException.notStarted(
              "cannot make %s: %s; free some room, or name another folder with --dir"
                  .formatted(done.item(), Words.cause(done.outcome())));
        }
        made++;
      }
    }
  }
}
