package dev.tutti.process.pipe;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * How two strangers show each other that they have the same key, without saying it.
 *
 * <pre>
 *   listener                                                        client
 *      | -- magic (4), version (4), challenge (32) ------------------> |
 *      | <- magic (4), version (4), challenge (32), proof (32) ------- |
 *      | -- accepted (1), proof (32) --------------------------------> |
 * </pre>
 *
 * <p>A proof is the HMAC-SHA-256, with the key, of a word for the role and both challenges: so none
 * can be used a second time, or given back to who has made it.
 */
public final class Handshake {
  private static final int CHALLENGE_BYTES = 32;
  private static final int PROOF_BYTES = 32;
  private static final int HEAD_BYTES = 2 * Integer.BYTES;
  private static final String ALGORITHM = "HmacSHA256";
  private static final byte CLIENT = 'c';
  private static final byte LISTENER = 'l';
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SecretKeySpec key;

  /**
   * Makes one for a key.
   *
   * @param key the key, not empty
   */
  public Handshake(byte[] key) {
    this.key = new SecretKeySpec(key, ALGORITHM);
  }

  /**
   * Connects to a listener.
   *
   * @param address where it is
   * @param deadline how long it may take
   * @return the wire to it
   * @throws IOException if there is none, or it has another key, or it does not answer
   * @throws InterruptedException if the calling thread is interrupted
   */
  public Wire connect(SocketAddress address, Deadline deadline)
      throws IOException, InterruptedException {
    SocketChannel socket = Dial.connect(address, deadline, true);
    boolean done = false;
    try {
      try (Exchange exchange = new Exchange(socket, deadline, true)) {
        introduce(exchange, address);
      }
      Wire wire = new Wire(socket);
      done = true;
      return wire;
    } catch (SocketTimeoutException e) {
      throw new SocketTimeoutException("the listener at %s does not answer".formatted(address));
    } finally {
      if (!done) {
        Exchange.close(socket);
      }
    }
  }

  private void introduce(Exchange exchange, SocketAddress address)
      throws IOException, InterruptedException {
    ByteBuffer hello = exchange.read(HEAD_BYTES + CHALLENGE_BYTES);
    Knock.ensureSpeaksThis(hello);
    byte[] theirs = take(hello, CHALLENGE_BYTES);
    byte[] ours = challenge();
    exchange.write(
        head(CHALLENGE_BYTES + PROOF_BYTES).put(ours).put(proof(CLIENT, theirs, ours)).flip());
    ByteBuffer answer = exchange.read(1 + PROOF_BYTES);
    boolean accepted = answer.get() == 1;
    if (!accepted) {
      throw new ConnectException(
          "the listener at %s has another key, and has refused this one".formatted(address));
    }
    if (!MessageDigest.isEqual(take(answer, PROOF_BYTES), proof(LISTENER, theirs, ours))) {
      throw new ConnectException("who listens at %s does not have the key".formatted(address));
    }
  }

  /**
   * Lets a client in.
   *
   * @param socket the connection to it; it is closed unless the client is let in
   * @param deadline how long it may take
   * @return the wire to it
   * @throws IOException if it has another key, or says something else, or nothing
   */
  public Wire accept(SocketChannel socket, Deadline deadline) throws IOException {
    boolean done = false;
    try {
      Dial.prepare(socket);
      try (Exchange exchange = new Exchange(socket, deadline, false)) {
        check(exchange);
      } catch (InterruptedException e) {
        throw new AssertionError("a listener obeys no interrupt", e);
      }
      Wire wire = new Wire(socket);
      done = true;
      return wire;
    } finally {
      if (!done) {
        Exchange.close(socket);
      }
    }
  }

  private void check(Exchange exchange) throws IOException, InterruptedException {
    byte[] ours = challenge();
    exchange.write(head(CHALLENGE_BYTES).put(ours).flip());
    ByteBuffer answer = exchange.read(HEAD_BYTES + CHALLENGE_BYTES + PROOF_BYTES);
    Knock.ensureSpeaksThis(answer);
    byte[] theirs = take(answer, CHALLENGE_BYTES);
    boolean accepted =
        MessageDigest.isEqual(take(answer, PROOF_BYTES), proof(CLIENT, ours, theirs));
    ByteBuffer verdict = ByteBuffer.allocate(1 + PROOF_BYTES).put((byte) (accepted ? 1 : 0));
    if (accepted) {
      verdict.put(proof(LISTENER, ours, theirs));
    }
    exchange.write(verdict.clear());
    if (!accepted) {
      throw new ConnectException("a client has another key, and was refused");
    }
  }

  private static ByteBuffer head(int bytes) {
    return ByteBuffer.allocate(HEAD_BYTES + bytes).putInt(Message.MAGIC).putInt(Message.VERSION);
  }

  private static byte[] take(ByteBuffer from, int count) {
    byte[] bytes = new byte[count];
    from.get(bytes);
    return bytes;
  }

  private static byte[] challenge() {
    byte[] challenge = new byte[CHALLENGE_BYTES];
    RANDOM.nextBytes(challenge);
    return challenge;
  }

  private byte[] proof(byte role, byte[] ofListener, byte[] ofClient) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(role);
      mac.update(ofListener);
      mac.update(ofClient);
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has " + ALGORITHM, e);
    }
  }
}
