import org.jspecify.annotations.NullMarked;

/** Contract suites and fault objects for every backend. */
@NullMarked
module dev.tutti.testkit {
  requires static org.jspecify;
  requires transitive dev.tutti.core;
  requires transitive org.junit.jupiter.api;
  requires org.assertj.core;

  exports dev.tutti.testkit;

  opens dev.tutti.testkit to
      org.junit.platform.commons;
}
