package io.flowlog.bridge;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The claim of one process on a name in its network namespace; owned by one thread. It ends with
 * the process, however that ends, and leaves nothing behind.
 *
 * <p>It is a listening socket whose name is not in the file system. Anybody on the host can have
 * one: who does is told by the kernel, and is to be judged by those who ask.
 */
public final class NamespaceClaim implements AutoCloseable {
  /** Those that asked wait in this queue until they are taken out of it. */
  private static final int WAITING_MAX = 4096;

  private static final int CLOSED = -1;

  private final LibC libC = LibC.get();
  private final String name;
  private int number;

  /**
   * Who has a name.
   *
   * @param process its id; 0 if it cannot be seen from here
   * @param user the id of its user; -1 if the kernel does not tell
   */
  public record Owner(int process, int user) {}

  private NamespaceClaim(String name, int flags) throws NativeException {
    this.name = name;
    number = libC.socket(Abi.AF_UNIX, Abi.SOCK_STREAM | Abi.SOCK_CLOEXEC | flags, 0);
    if (number < 0) {
      throw failure("open a socket");
    }
  }

  /** Claims a name; returns nothing if somebody has it. */
  public static Optional<NamespaceClaim> of(String name) throws NativeException {
    NamespaceClaim claim = new NamespaceClaim(name, Abi.SOCK_NONBLOCK);
    try {
      if (claim.bind()) {
        return Optional.of(claim);
      }
    } catch (NativeException e) {
      claim.close();
      throw e;
    }
    claim.close();
    return Optional.empty();
  }

  private boolean bind() throws NativeException {
    ByteBuffer address = LocalDatagrams.address("@" + name);
    if (libC.bind(number, address, address.remaining()) < 0) {
      NativeException failure = failure("have it");
      if (failure.errno() == Errno.EADDRINUSE) {
        return false;
      }
      throw failure;
    }
    if (libC.listen(number, WAITING_MAX) < 0) {
      throw failure("let others ask");
    }
    return true;
  }

  /** Returns who has a name, if anybody has. */
  public static Optional<Owner> owner(String name) throws NativeException {
    try (NamespaceClaim asking = new NamespaceClaim(name, Abi.SOCK_NONBLOCK)) {
      return asking.ask();
    }
  }

  private Optional<Owner> ask() throws NativeException {
    ByteBuffer address = LocalDatagrams.address("@" + name);
    if (libC.connect(number, address, address.remaining()) < 0) {
      NativeException failure = failure("ask who has it");
      return switch (failure.errno()) {
        case ECONNREFUSED -> Optional.empty();
        case EAGAIN -> Optional.of(new Owner(0, -1)); // too many have asked
        default -> throw failure;
      };
    }
    ByteBuffer credentials = LocalDatagrams.memory(Abi.CREDENTIALS_BYTES);
    ByteBuffer sizeBytes = LocalDatagrams.memory(Integer.BYTES).putInt(0, Abi.CREDENTIALS_BYTES);
    if (libC.getsockopt(number, Abi.SOL_SOCKET, Abi.SO_PEERCRED, credentials, sizeBytes) < 0) {
      throw failure("ask who has it");
    }
    return Optional.of(
        new Owner(
            credentials.getInt(Abi.CREDENTIALS_PROCESS_AT),
            credentials.getInt(Abi.CREDENTIALS_USER_AT)));
  }

  /** Forgets those that have asked; to be called now and then. */
  public void forgetAskers() {
    int asker = libC.accept(number, null, null);
    while (asker >= 0) {
      libC.close(asker);
      asker = libC.accept(number, null, null);
    }
  }

  private NativeException failure(String what) {
    return NativeException.ofLastCall("the name @" + name + ": " + what);
  }

  @Override
  public void close() {
    if (number != CLOSED) {
      libC.close(number);
      number = CLOSED;
    }
  }
}
