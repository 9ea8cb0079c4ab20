package io.flowlog.agent.api;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import java.net.SocketAddress;

/** Where a listener takes connections. Owned by the listener. */
interface ListenPlace {
  /** Has a server, to which nothing but its place is missing, take connections here. */
  Channel bind(ServerBootstrap server) throws ListenException;

  /** Returns where clients reach the channel that was bound here. */
  SocketAddress address(Channel bound);

  /** Gives up what would outlive the server's channel; called before that closes. */
  void release();
}
