package dev.tutti.actors;

import java.io.Serial;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Arrays;
import java.util.Objects;

/**
 * Where an actor is found by other processes, and the key to it. It is what is sent in place of a
 * handle.
 *
 * @param id tells the actor from all others
 * @param name the actor's name
 * @param owner the process id of its owner; 0 if it is not known
 * @param path the socket's file; empty if it is a port of a host
 * @param host the address of the loopback interface, as a literal; empty if it is a path
 * @param port its port
 * @param key what a caller has to show
 */
@SuppressWarnings("ArrayRecordComponent") // nothing changes it
record Address(String id, String name, long owner, String path, String host, int port, byte[] key)
    implements Serializable {
  @Serial private static final long serialVersionUID = 1L;

  Address {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(key, "key");
  }

  /** {@return an address as it is sent; of one that is no name, which pipes refuse} */
  static Address of(String id, String name, long owner, SocketAddress at, byte[] key) {
    return switch (at) {
      case InetSocketAddress inet ->
          new Address(id, name, owner, "", inet.getAddress().getHostAddress(), inet.getPort(), key);
      default -> new Address(id, name, owner, at.toString(), "", 0, key);
    };
  }

  SocketAddress socket() {
    return path.isEmpty()
        ? new InetSocketAddress(InetAddress.ofLiteral(host), port)
        : UnixDomainSocketAddress.of(path);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Address address
        && id.equals(address.id)
        && path.equals(address.path)
        && host.equals(address.host)
        && port == address.port
        && Arrays.equals(key, address.key);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return "%s at %s"
        .formatted(name, path.isEmpty() ? host + " port " + port : path); // without the key
  }
}
