package io.flowlog.agent.architecture.wrong.port;

import io.netty.channel.EventLoop;

/** May speak netty, but has a thread of its own. */
public final class KeepsLoop {
  public Class<?> loop() {
    return EventLoop.class;
  }
}
