package io.flowlog.agent.api;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A unix socket to listen on, for its owner and group. Owned by its listener.
 *
 * <p>Made in a folder that is its owner's alone and moved to its place when its mode is set: there
 * is no moment at which the umask decides who may connect.
 */
final class SocketFile implements ListenPlace {
  private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rw-rw----");
  private static final Set<PosixFilePermission> OWNERS_ALONE =
      PosixFilePermissions.fromString("rwx------");
  private static final int TYPE_MASK = 0170000;
  private static final int TYPE_SOCKET = 0140000;

  /** What the kernel says of a listener that takes no connections (EAGAIN). */
  private static final String QUEUE_FULL = "temporarily unavailable";

  private final Path path;
  private @Nullable Object fileKey;

  SocketFile(Path path) {
    this.path = path;
  }

  @Override
  public Channel bind(ServerBootstrap server) throws ListenException {
    try {
      if (isOccupied()) {
        throw ListenException.occupied(path);
      }
      return bindFresh(server);
    } catch (ListenException e) {
      throw e;
    } catch (IOException e) {
      throw ListenException.of(path, e);
    }
  }

  /** Tells whether somebody listens here; what a dead agent left behind occupies nothing. */
  private boolean isOccupied() throws IOException {
    try {
      int mode = (int) Files.getAttribute(path, "unix:mode", NOFOLLOW_LINKS);
      if ((mode & TYPE_MASK) != TYPE_SOCKET) {
        throw ListenException.noSocket(path);
      }
    } catch (NoSuchFileException e) {
      return false;
    }
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      // a listener whose queue is full would block us
      probe.configureBlocking(false);
      boolean isTaken = probe.connect(UnixDomainSocketAddress.of(path));
      return isTaken || probe.isConnectionPending();
    } catch (ConnectException e) {
      return false;
    } catch (SocketException e) {
      if (String.valueOf(e.getMessage()).contains(QUEUE_FULL)) {
        return true;
      }
      throw e;
    }
  }

  private Channel bindFresh(ServerBootstrap server) throws IOException {
    Path nursery = path.resolveSibling("." + path.getFileName());
    Path fresh = nursery.resolve("s");
    if (Files.isDirectory(nursery, NOFOLLOW_LINKS)) {
      Files.deleteIfExists(fresh); // of an agent that was killed at this point
      Files.delete(nursery);
    }
    Files.createDirectory(nursery, PosixFilePermissions.asFileAttribute(OWNERS_ALONE));
    ChannelFuture bound =
        server
            .channel(NioServerDomainSocketChannel.class)
            .bind(UnixDomainSocketAddress.of(fresh))
            .awaitUninterruptibly();
    try {
      settle(bound, fresh);
    } catch (IOException e) {
      bound.channel().close().awaitUninterruptibly(); // takes its file along
      throw e;
    } finally {
      Files.deleteIfExists(nursery);
    }
    return bound.channel();
  }

  private void settle(ChannelFuture bound, Path fresh) throws IOException {
    if (!bound.isSuccess()) {
      throw new IOException(String.valueOf(bound.cause().getMessage()), bound.cause());
    }
    Files.setPosixFilePermissions(fresh, MODE);
    fileKey = fileKey(fresh);
    Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
  }

  private static @Nullable Object fileKey(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS).fileKey();
  }

  @Override
  public SocketAddress address(Channel bound) {
    return UnixDomainSocketAddress.of(path); // the channel's own is where it was made
  }

  /** Removes the file, unless another's is in its place by now. */
  @Override
  public void release() {
    try {
      Object present = fileKey(path);
      if (present != null && present.equals(fileKey)) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      return; // it is gone, or the next agent finds that nobody listens there
    }
  }
}
