package dev.tutti.plan;

/**
 * What a pool is to be like. Each backend has a record of its own that implements this.
 *
 * @since 0.1
 */
public interface BackendOptions {
  /** {@return the name of the backend that these options are for, such as {@code processes}} */
  String backend();
}
