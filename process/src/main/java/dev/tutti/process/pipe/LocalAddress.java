package dev.tutti.process.pipe;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Objects;

/** Where processes of this machine find each other. */
public final class LocalAddress {
  private LocalAddress() {}

  /**
   * {@return the address}
   *
   * @param address what may be one of another machine
   * @throws IllegalArgumentException if it is
   */
  public static SocketAddress require(SocketAddress address) {
    boolean isLocal =
        switch (Objects.requireNonNull(address, "address")) {
          case UnixDomainSocketAddress _ -> true;
          case InetSocketAddress inet ->
              !inet.isUnresolved() && inet.getAddress().isLoopbackAddress();
          default -> false;
        };
    if (!isLocal) {
      throw new IllegalArgumentException(
          "address must be a UnixDomainSocketAddress or of the loopback interface, as nothing is said to other machines: address="
              + address);
    }
    return address;
  }
}
