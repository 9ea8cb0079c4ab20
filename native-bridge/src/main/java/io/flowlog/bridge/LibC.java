package io.flowlog.bridge;

import java.nio.ByteBuffer;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.types.off_t;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;
import jnr.ffi.types.u_int64_t;
import org.jspecify.annotations.Nullable;

/**
 * The calls of the C library that the bridge makes, as C declares them. Public only because the
 * code that implements it is generated elsewhere.
 */
public interface LibC {
  /** Returns the library, loaded once. */
  static LibC get() {
    return Holder.LIBRARY;
  }

  /** Returns what knows sizes, addresses and errno. */
  static Runtime runtime() {
    return Holder.RUNTIME;
  }

  /** See socket(2). */
  int socket(int domain, int type, int protocol);

  /** See close(2). */
  int close(int socket);

  /** See bind(2). */
  int bind(int socket, ByteBuffer address, int addressBytes);

  /** See listen(2). */
  int listen(int socket, int waitingMax);

  /** See accept(2); nobody's address is asked for. */
  int accept(int socket, @Nullable ByteBuffer address, @Nullable ByteBuffer addressBytes);

  /** See connect(2). */
  int connect(int socket, ByteBuffer address, int addressBytes);

  /** See getsockname(2). */
  int getsockname(int socket, ByteBuffer address, ByteBuffer addressBytes);

  /** See setsockopt(2). */
  int setsockopt(int socket, int level, int name, ByteBuffer value, int valueBytes);

  /** See getsockopt(2). */
  int getsockopt(int socket, int level, int name, ByteBuffer value, ByteBuffer valueBytes);

  /** See mmap(2). */
  Pointer mmap(
      @Nullable Pointer address,
      @size_t long sizeBytes,
      int protection,
      int flags,
      int file,
      @off_t long offset);

  /** See munmap(2). */
  int munmap(Pointer address, @size_t long sizeBytes);

  /** See poll(2). */
  int poll(ByteBuffer entries, @u_int64_t long count, int timeoutMs);

  /** See sendto(2). */
  @ssize_t
  long sendto(
      int socket,
      ByteBuffer data,
      @size_t long dataBytes,
      int flags,
      ByteBuffer address,
      int addressBytes);

  /** See clock_gettime(2). */
  int clock_gettime(int clock, ByteBuffer time);

  /** See send(2). */
  @ssize_t
  long send(int socket, ByteBuffer bytes, @size_t long sizeBytes, int flags);

  /** See recv(2). */
  @ssize_t
  long recv(int socket, ByteBuffer bytes, @size_t long sizeBytes, int flags);

  /** See recvmmsg(2). */
  int recvmmsg(int socket, ByteBuffer headers, int count, int flags, @Nullable Pointer timeout);

  /** See if_nametoindex(3). */
  int if_nametoindex(String name);

  /** Loads the library at its first use: that takes a moment. */
  final class Holder {
    private static final LibC LIBRARY = LibraryLoader.create(LibC.class).load("c");
    private static final Runtime RUNTIME = Runtime.getRuntime(LIBRARY);

    private Holder() {}
  }
}
