package dev.tutti.actors;

/** Slice. */
final class OwnDoor {
  OwnDoor(Home home) {}
  Address address() { throw new UnsupportedOperationException(); }
  void close() {}
}
