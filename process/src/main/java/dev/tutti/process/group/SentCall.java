package dev.tutti.process.group;

import dev.tutti.process.wire.Frame;

/**
 * What workers get of a call.
 *
 * @param function the bytes of its function
 * @param loader the class loader that its caller's thread has
 */
@SuppressWarnings("ArrayRecordComponent") // written once, never compared
record SentCall(byte[] function, Frame.Loader loader) {}
