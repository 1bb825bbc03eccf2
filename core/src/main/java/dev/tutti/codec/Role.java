package dev.tutti.codec;

/** What a value is to the pool: it decides what may cross, and what a refusal says. */
public enum Role {
  /** The function of a call, with what it captures. */
  FUNCTION("the task to a worker", true),
  /** A function of an actor: a call, or what makes its object. */
  ACTOR_FUNCTION("the function to the actor", true),
  /** An element of the input. */
  ITEM("the item to a worker", true),
  /** What a task returned. */
  RESULT("the result of the task back", false),
  /** What a task threw. */
  EXCEPTION("the exception of the task back", false),
  /** What is sent to whoever is at the other end of a pipe. */
  MESSAGE("the message through the pipe", true),
  /** What is put into a queue between processes. */
  QUEUED("the item into the queue", true),
  /** The state of an actor, to be kept by its owner. */
  STATE("a checkpoint of the actor", false);

  private final String words;
  private final boolean refusesSharedState;

  Role(String words, boolean refusesSharedState) {
    this.words = words;
    this.refusesSharedState = refusesSharedState;
  }

  String words() {
    return words;
  }

  /**
   * Whether both sides have the same classes, so that a record may be its components in their
   * order. Who is at the other end of a pipe may have others; a JDK stream finds what fits by name.
   */
  boolean namesClasses() {
    return this != MESSAGE;
  }

  /** Whether it goes to a process that is started by this one, and can ask this one for classes. */
  boolean goesToWorker() {
    return isFunction() || this == ITEM;
  }

  /** Whether it is code to run, with what it captures. */
  boolean isFunction() {
    return this == FUNCTION || this == ACTOR_FUNCTION;
  }

  /** Whether objects that mean something only where they are shared are refused. */
  boolean refusesSharedState() {
    return refusesSharedState;
  }
}
