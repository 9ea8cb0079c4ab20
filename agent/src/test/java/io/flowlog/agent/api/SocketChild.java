package io.flowlog.agent.api;

import io.flowlog.agent.logger.AgentSnapshot;
import io.flowlog.agent.metrics.Health;
import io.flowlog.agent.metrics.PublishedMetrics;
import java.io.IOException;
import java.nio.file.Path;

/** A process that listens on a unix socket until its input ends. */
final class SocketChild {
  private SocketChild() {}

  /** Says "listening", or why not. */
  public static void main(String[] arguments) throws IOException {
    PublishedMetrics metrics = new PublishedMetrics("1.2.3", Health::starting);
    try {
      SocketListener listener =
          SocketListener.open(
              Path.of(arguments[0]), metrics, Health::starting, () -> AgentSnapshot.EMPTY);
      System.out.println("listening");
      while (System.in.read() >= 0) {
        // goes on
      }
      listener.close();
    } catch (ListenException e) {
      System.out.println(e.getMessage());
    }
  }
}
