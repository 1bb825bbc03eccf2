package dev.tutti.process.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tutti.process.launch.Entry;
import dev.tutti.process.launch.LaunchPlan;
import dev.tutti.process.launch.PlainPlan;
import dev.tutti.process.launch.PoolFolder;
import dev.tutti.process.launch.WorkerProcess;
import dev.tutti.process.wire.Channel;
import dev.tutti.process.wire.Frame;
import dev.tutti.process.wire.Hello;
import dev.tutti.testkit.LeakCheck;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The door at which a new worker knocks, with a worker that is played. */
@Tag("system")
@Timeout(60)
@ExtendWith(LeakCheck.class)
class DoorTest {
  private static final String SECRET = "0".repeat(64);

  @TempDir private Path folder;

  /** A process that is there and does nothing. */
  private WorkerProcess idles(PoolFolder pool) throws IOException {
    Path program = Files.writeString(folder.resolve("idles"), "#!/bin/sh\nexec sleep 1000\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    LaunchPlan plan = PlainPlan.withJava(Optional.of(program));
    return WorkerProcess.start(Entry.POOL_WORKER, plan, pool, "idles", List.of());
  }

  private static SocketChannel knock(Door door, Frame.Role role) throws IOException {
    SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
    socket.connect(UnixDomainSocketAddress.of(door.path()));
    int _ = socket.write(new Hello(1, role, SECRET).toFrame());
    return socket;
  }

  /**
   * Who has knocked is let in, however long ago that was and though the thread was interrupted: the
   * pool's program may have been stopped meanwhile.
   */
  @Test
  void await_timeIsOverAndBothHaveKnocked_areLetIn() throws Exception {
    try (PoolFolder pool = PoolFolder.create();
        Door door = Door.forNobodyInAHurry(pool, SECRET, Duration.ofNanos(1));
        SocketChannel _ = knock(door, Frame.Role.WORK);
        SocketChannel _ = knock(door, Frame.Role.CONTROL)) {
      WorkerProcess worker = idles(pool);
      try {
        Thread.currentThread().interrupt();
        Map<Frame.Role, Channel> channels = door.await(worker);
        assertThat(channels).containsOnlyKeys(Frame.Role.WORK, Frame.Role.CONTROL);
        for (Channel channel : channels.values()) {
          channel.close();
        }
      } finally {
        boolean _ = Thread.interrupted();
        worker.kill();
        int _ = worker.awaitExit(Duration.ofSeconds(30));
      }
    }
  }
}
