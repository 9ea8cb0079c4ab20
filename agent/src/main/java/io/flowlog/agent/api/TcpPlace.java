package io.flowlog.agent.api;

import io.flowlog.agent.port.IpAddress;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Objects;

/**
 * A TCP port to listen on. Immutable.
 *
 * @param key the setting that names the address
 */
record TcpPlace(ApiConfig.Endpoint endpoint, String key) implements ListenPlace {
  @Override
  public Channel bind(ServerBootstrap server) throws ListenException {
    ChannelFuture bound =
        server
            .channel(NioServerSocketChannel.class)
            .bind(socketAddress(endpoint))
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw ListenException.of(endpoint, key, bound.cause());
    }
    return bound.channel();
  }

  private static InetSocketAddress socketAddress(ApiConfig.Endpoint endpoint) {
    byte[] address = Objects.requireNonNull(IpAddress.parse(endpoint.address()), "was checked");
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address), endpoint.port());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are an address", e);
    }
  }

  @Override
  public SocketAddress address(Channel bound) {
    return bound.localAddress();
  }

  /** Returns an address as the configuration writes it. */
  static ApiConfig.Endpoint endpoint(SocketAddress address) {
    InetSocketAddress bound = (InetSocketAddress) address;
    return new ApiConfig.Endpoint(
        IpAddress.format(bound.getAddress().getAddress()), bound.getPort());
  }

  @Override
  public void release() {
    // the kernel frees the port with the channel
  }
}
