package io.flowlog.agent.cli.demo;

import io.flowlog.agent.cli.demo.Machine.Endpoint;

/** One TCP connection of the demo's traffic; owned by whoever tells its story. */
final class TcpConversation {
  private static final int SEGMENT_BYTES = 1448;
  private static final long SEGMENT_GAP_NS = 40_000;

  private final TrafficTape tape;
  private final Side client;
  private final Side server;
  private final long halfTripNs;
  private long nowNs;

  /** One side, and the number of the next byte that it sends; owned by its conversation. */
  private static final class Side {
    final Endpoint endpoint;
    long sequence;

    Side(Endpoint endpoint, long sequence) {
      this.endpoint = endpoint;
      this.sequence = sequence;
    }
  }

  /**
   * Begins a conversation, of which nothing was said yet.
   *
   * @param tripNs how long an answer takes
   */
  TcpConversation(TrafficTape tape, Endpoint client, Endpoint server, long startNs, long tripNs) {
    this.tape = tape;
    halfTripNs = tripNs / 2;
    nowNs = startNs;
    // as different from one another as real ones are, and the same in every run
    this.client = new Side(client, client.port() * 65_537L);
    this.server = new Side(server, server.port() * 1_000_003L + client.port());
  }

  /** Lets the talk rest until a time. */
  TcpConversation at(long timestampNs) {
    nowNs = Math.max(nowNs, timestampNs);
    return this;
  }

  /** Three packets that open the connection. */
  TcpConversation open() {
    knock();
    say(server, client, FrameBuilder.SYN | FrameBuilder.ACK, 0);
    nowNs += halfTripNs;
    say(client, server, FrameBuilder.ACK, 0);
    return this;
  }

  /** The opening packet alone. */
  TcpConversation knock() {
    say(client, server, FrameBuilder.SYN, 0);
    nowNs += halfTripNs;
    return this;
  }

  /** The server's no to the opening packet. */
  void refuse() {
    say(server, client, FrameBuilder.RST | FrameBuilder.ACK, 0);
  }

  /** A request and its answer, in as many segments as it takes. */
  TcpConversation exchange(int requestBytes, int answerBytes) {
    say(client, server, FrameBuilder.PSH | FrameBuilder.ACK, requestBytes);
    nowNs += halfTripNs;
    int leftBytes = answerBytes;
    for (int segment = 1; leftBytes > 0; segment++) {
      say(server, client, FrameBuilder.ACK, Math.min(leftBytes, SEGMENT_BYTES));
      leftBytes -= SEGMENT_BYTES;
      nowNs += SEGMENT_GAP_NS;
      if (segment % 2 == 0 || leftBytes <= 0) {
        say(client, server, FrameBuilder.ACK, 0);
      }
    }
    nowNs += halfTripNs;
    return this;
  }

  /** Both sides close, the client first. */
  void close() {
    say(client, server, FrameBuilder.FIN | FrameBuilder.ACK, 0);
    nowNs += halfTripNs;
    say(server, client, FrameBuilder.FIN | FrameBuilder.ACK, 0);
    nowNs += halfTripNs;
    say(client, server, FrameBuilder.ACK, 0);
  }

  private void say(Side from, Side to, int flags, int bytes) {
    long acknowledged = (flags & FrameBuilder.ACK) == 0 ? 0 : to.sequence;
    tape.add(
        nowNs,
        from.endpoint
            .machine()
            .frameTo(to.endpoint.machine())
            .tcp(from.endpoint.port(), to.endpoint.port(), flags, from.sequence, acknowledged)
            .payloadOf(bytes));
    // an opening or a closing counts like one byte
    from.sequence += bytes + Integer.bitCount(flags & (FrameBuilder.SYN | FrameBuilder.FIN));
  }
}
