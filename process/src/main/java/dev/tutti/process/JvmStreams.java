package dev.tutti.process;

/**
 * Where the things go that a {@link JvmProcess} prints.
 *
 * {@snippet class=dev.tutti.process.JvmProcessSnippets region=options lang=java}
 *
 * @since 0.1
 */
public enum JvmStreams {
  /** Each stream to this JVM's stream of the same name, line by line. */
  INHERIT,
  /**
   * Into the memory of this JVM, for {@link JvmProcess#stdout} and {@link JvmProcess#stderr}; the
   * last 16 MiB of each stream are kept.
   */
  CAPTURE,
  /** Nowhere; the last lines of standard error are still kept for the report of a death. */
  DISCARD
}
