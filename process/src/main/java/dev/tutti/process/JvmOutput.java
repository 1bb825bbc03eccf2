package dev.tutti.process;

import dev.tutti.process.launch.LaunchPlan.LineTarget;
import org.jspecify.annotations.Nullable;

/**
 * Where the lines go that a process of its own prints.
 *
 * @param out those of its standard output; null if they go nowhere
 * @param err those of its standard error; null if they go nowhere
 */
record JvmOutput(@Nullable LineTarget out, @Nullable LineTarget err) {
  static JvmOutput to(JvmStreams streams) {
    return switch (streams) {
      case INHERIT ->
          new JvmOutput(
              ProcessBackend.lines(() -> System.out), ProcessBackend.lines(() -> System.err));
      case CAPTURE -> new JvmOutput(new Capture("stdout.encoding"), new Capture("stderr.encoding"));
      case DISCARD -> new JvmOutput(null, null);
    };
  }
}
