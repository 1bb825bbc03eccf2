package dev.tutti.process.group;

import static java.util.Objects.requireNonNull;

import dev.tutti.codec.DecodeException;
import dev.tutti.codec.FailureCodec;
import dev.tutti.plan.DataSize;
import dev.tutti.process.block.BlockReader;
import dev.tutti.process.launch.WorkerProcess;
import dev.tutti.process.wire.Claims;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.Introduction;
import dev.tutti.process.wire.WireException;
import dev.tutti.process.wire.WorkChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Starts one worker, and has it do what it is to do first. For the thread that leads the worker.
 */
final class WorkerStart {
  /*
   * The process starts on the launcher's thread, and this one waits for it: work of its own could take the core from that thread.
   * While the JVM comes up, this thread makes the claim words, the socket, and what hears the worker.
   * The link knows the process before this looks whether the pool is stopped; who
   * stops the pool says so before he kills what the links have. So a worker that nobody wants is killed by one of the two.
   *
   * What was made for a worker that does not get ready is closed here. Its process is killed by its link, if that has it.
   */
  private final Link link;
  private final GroupResources resources;
  private final int serial;
  private final Reading reading;
  private @Nullable WorkerProcess process; // of the last try

  WorkerStart(Link link, GroupResources resources, int serial, Reading reading) {
    this.link = link;
    this.resources = resources;
    this.serial = serial;
    this.reading = reading;
  }

  /**
   * Starts the worker. A damaged cache is no failure of the worker's: that is gone, and the worker
   * is started once more, with another one or none.
   */
  ReadyWorker run() throws IOException {
    while (true) {
      try {
        return start();
      } catch (IOException e) {
        WorkerProcess failed = process;
        if (failed == null) {
          throw e;
        }
        if (!resources.cache().crashed(failed.pid())) {
          failed.isHere(); // so what it has printed is passed on
          throw e;
        } // else what it has printed is about its crash
      }
    }
  }

  private ReadyWorker start() throws IOException {
    resources.folder().ensureThere();
    Claims claims = null;
    Door door = null;
    Meeting meeting = null;
    try {
      WorkerProcess worker = resources.launcher().start(resources.folder(), link.name());
      process = worker;
      link.begun(worker); // before the look below, against stopAll()
      claims = Claims.create(); // while the JVM starts
      door = new Door(resources.folder(), serial, resources.secret());
      worker.introduce(introduction(door, claims).toLines());
      if (link.isStopped()) {
        throw new IOException("the pool was closed while the worker started");
      }
      VitalSigns signs = new VitalSigns(worker.pid()); // while the JVM starts, too
      Flights flights = new Flights(link, claims);
      BlockReader blocks = new BlockReader(worker.pid(), true);
      Arrivals arrivals =
          new Arrivals(flights, reading, blocks, resources.sink(), link.listener(flights, signs));
      meeting = new Meeting(door, worker, claims);
      worker.isHere();
      initialise(meeting);
      return new ReadyWorker(flights, arrivals, blocks, meeting, signs);
    } catch (IOException | RuntimeException | Error e) {
      if (meeting != null) {
        link.close(meeting);
      } else if (door != null) {
        link.close(door);
      }
      if (claims != null) {
        link.close(claims);
      }
      throw e;
    }
  }

  /** Has the worker do what it is to do first, and waits for the end of that. */
  private void initialise(Meeting meeting) throws IOException {
    byte[] action = resources.plan().initialiser();
    if (action == null) {
      return;
    }
    WorkChannel work = meeting.work();
    work.send(List.of(Frame.begin(Frame.Kind.INITIALISE, action.length).put(action).flip()));
    for (Frame frame = work.read(); frame != null; frame = work.read()) {
      switch (frame.kind()) {
        case LOG -> link.log(frame.atLeast(1));
        case QUESTION -> link.asked(frame, meeting);
        case INITIALISED -> {
          return;
        }
        case NOT_INITIALISED -> throw failedInitialiser(frame.content());
        default ->
            throw new WireException("worker sent what is not for a pool: kind=" + frame.kind());
      }
    }
    throw new IOException("worker ended in its initialiser: " + endInWords());
  }

  private IOException failedInitialiser(ByteBuffer content) {
    Throwable cause;
    try {
      cause =
          FailureCodec.decode(
              content, ClassLoader.getSystemClassLoader(), resources.plan().filter());
    } catch (DecodeException e) {
      cause = e;
    }
    return new IOException("the initialiser failed: " + cause, cause);
  }

  private String endInWords() {
    WorkerProcess dead = requireNonNull(process, "process");
    int status = dead.awaitExit(Link.EXIT_PATIENCE);
    return "exit=%d%s"
        .formatted(
            status, String.join("", dead.stderrTail().stream().map(l -> "\n    " + l).toList()));
  }

  private Introduction introduction(Door door, Claims claims) {
    return new Introduction(
        resources.secret(),
        door.path().toString(),
        ProcessHandle.current().pid(),
        link.name(),
        resources.plan().rules().heap().map(DataSize::bytes).orElse(0L),
        claims.handle());
  }
}
