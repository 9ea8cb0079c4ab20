package io.flowlog.agent.api;

import io.flowlog.agent.port.IpAddress;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A TCP port that answers HTTP from pages. Owned by whoever opened it. */
final class HttpListener implements AutoCloseable {
  /**
   * What one read takes in, and so the most that a client can have waiting here; fewer of the
   * shortest requests than the 128 that netty lets wait.
   */
  private static final int READ_BYTES = 2048;

  private static final int BACKLOG = 128;

  private final EventLoopGroup loop;
  private final Channel channel;
  private final OpenConnections connections;

  private HttpListener(EventLoopGroup loop, Channel channel, OpenConnections connections) {
    this.loop = loop;
    this.channel = channel;
    this.connections = connections;
  }

  /** Opens a listener; {@code key} is the setting that names the address. */
  static HttpListener open(
      ApiConfig.Endpoint endpoint, String key, Map<String, Page> pages, ClientLimits limits)
      throws ListenException {
    // a daemon thread, which keeps no program alive that came to its end
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("http", true), NioIoHandler.newFactory());
    OpenConnections connections = new OpenConnections(limits.connections());
    ServerBootstrap server =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.ALLOCATOR, new UnpooledByteBufAllocator(false))
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel client) {
                    connections.add(client);
                    client
                        .pipeline()
                        .addLast(new HttpServerCodec(decoderConfig(limits)))
                        .addLast(new FlowControlHandler())
                        .addLast(new RequestHandler(pages, connections, limits));
                  }
                });
    ChannelFuture bound = server.bind(socketAddress(endpoint)).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      end(loop);
      throw ListenException.of(endpoint, key, bound.cause());
    }
    return new HttpListener(loop, bound.channel(), connections);
  }

  private static HttpDecoderConfig decoderConfig(ClientLimits limits) {
    return new HttpDecoderConfig()
        .setMaxInitialLineLength(limits.requestLineBytes())
        .setMaxHeaderSize(limits.headerBytes())
        .setInitialBufferSize(256);
  }

  static InetSocketAddress socketAddress(ApiConfig.Endpoint endpoint) {
    byte[] address = Objects.requireNonNull(IpAddress.parse(endpoint.address()), "was checked");
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address), endpoint.port());
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 bytes are an address", e);
    }
  }

  ApiConfig.Endpoint endpoint() {
    InetSocketAddress bound = (InetSocketAddress) channel.localAddress();
    return new ApiConfig.Endpoint(
        IpAddress.format(bound.getAddress().getAddress()), bound.getPort());
  }

  @Override
  public void close() {
    channel.close().awaitUninterruptibly();
    loop.submit(connections::closeAll).awaitUninterruptibly();
    end(loop);
  }

  private static void end(EventLoopGroup loop) {
    loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
