package io.flowlog.agent.api;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The open connections of one listener, the one that was silent longest first. Owned by the
 * listener's thread.
 *
 * <p>Who holds connections open without asking is closed for those who ask: however many a client
 * opens, others are served.
 */
final class OpenConnections {
  private final int connectionsMax;
  private final Set<Channel> channels = new LinkedHashSet<>();

  OpenConnections(int connectionsMax) {
    this.connectionsMax = connectionsMax;
  }

  /** Adds a connection until it closes. */
  void add(Channel channel) {
    if (channels.size() >= connectionsMax) {
      Channel oldest = channels.iterator().next();
      channels.remove(oldest);
      ChannelFuture unused = oldest.close();
    }
    channels.add(channel);
    channel.closeFuture().addListener(closed -> channels.remove(channel));
  }

  /** Closes all of them. */
  void closeAll() {
    for (Channel channel : List.copyOf(channels)) {
      ChannelFuture unused = channel.close();
    }
  }

  /** Notes that a connection has asked for something. */
  void touch(Channel channel) {
    if (channels.remove(channel)) {
      channels.add(channel);
    }
  }
}
