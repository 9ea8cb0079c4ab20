package io.flowlog.agent.api;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;

/** Answers HTTP from pages at one place. Owned by whoever opened it. */
final class HttpListener implements AutoCloseable {
  /**
   * What one read takes in, and so the most that a client can have waiting here; fewer of the
   * shortest requests than the 128 that netty lets wait.
   */
  private static final int READ_BYTES = 2048;

  private static final int BACKLOG = 128;

  private final ListenPlace place;
  private final EventLoopGroup loop;
  private final Channel channel;
  private final OpenConnections connections;

  private HttpListener(
      ListenPlace place, EventLoopGroup loop, Channel channel, OpenConnections connections) {
    this.place = place;
    this.loop = loop;
    this.channel = channel;
    this.connections = connections;
  }

  /** Opens a listener. */
  static HttpListener open(ListenPlace place, Pages pages, ClientLimits limits)
      throws ListenException {
    // a daemon thread, which keeps no program alive that came to its end
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("http", true), NioIoHandler.newFactory());
    OpenConnections connections = new OpenConnections(limits.connections());
    ServerBootstrap server =
        new ServerBootstrap()
            .group(loop)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.ALLOCATOR, new UnpooledByteBufAllocator(false))
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel client) {
                    connections.add(client);
                    client
                        .pipeline()
                        .addLast(new HttpServerCodec(decoderConfig(limits)))
                        .addLast(new FlowControlHandler())
                        .addLast(new RequestHandler(pages, connections, limits));
                  }
                });
    try {
      return new HttpListener(place, loop, place.bind(server), connections);
    } catch (ListenException e) {
      end(loop);
      throw e;
    }
  }

  private static HttpDecoderConfig decoderConfig(ClientLimits limits) {
    return new HttpDecoderConfig()
        .setMaxInitialLineLength(limits.requestLineBytes())
        .setMaxHeaderSize(limits.headerBytes())
        .setInitialBufferSize(256);
  }

  SocketAddress address() {
    return place.address(channel);
  }

  @Override
  public void close() {
    if (loop.isShuttingDown()) {
      return;
    }
    place.release();
    channel.close().awaitUninterruptibly();
    loop.submit(connections::closeAll).awaitUninterruptibly();
    end(loop);
  }

  private static void end(EventLoopGroup loop) {
    loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
