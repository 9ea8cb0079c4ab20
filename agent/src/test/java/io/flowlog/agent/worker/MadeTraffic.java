package io.flowlog.agent.worker;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.DropReport;
import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.port.LoggingPort;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/**
 * Conversations of whose every packet it is known whether it belongs to a set-up and whether the
 * host drops it, because they are played from scripts. Owned by one test.
 */
final class MadeTraffic {
  private static final int SYN = FrameBuilder.SYN;
  private static final int ACK = FrameBuilder.ACK;
  private static final int FIN = FrameBuilder.FIN;
  private static final int RST = FrameBuilder.RST;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int ICMP = 1;
  private static final String GATEWAY = "02:00:00:00:ff:01";

  private final Random random;
  private final List<Packet> packets = new ArrayList<>();
  private int conversations;

  /** One packet at one port. */
  record Packet(
      long timestampNs,
      LoggingPort port,
      boolean egress,
      int protocol,
      String remote,
      int localPort,
      int remotePort,
      int flags,
      int bytes,
      boolean setup,
      boolean dropped) {
    String local() {
      return port.addresses().get(0);
    }

    String source() {
      return egress ? local() : remote;
    }

    String destination() {
      return egress ? remote : local();
    }

    int sourcePort() {
      return egress ? localPort : remotePort;
    }

    int destinationPort() {
      return egress ? remotePort : localPort;
    }

    /** What the virtual machine sends is seen before the host drops it. */
    boolean isSeen() {
      return egress || !dropped;
    }

    /** Returns the frame at the tap. */
    Frame frame() {
      String mac = Objects.requireNonNull(port.mac());
      FrameBuilder builder =
          FrameBuilder.ethernet(egress ? mac : GATEWAY, egress ? GATEWAY : mac)
              .ipv4(source(), destination());
      switch (protocol) {
        case TCP -> builder.tcp(sourcePort(), destinationPort(), flags).payloadOf(bytes - 40);
        case UDP -> builder.udp(sourcePort(), destinationPort()).payloadOf(bytes - 28);
        default -> builder.icmp(localPort, remotePort).payloadOf(bytes - 28);
      }
      return builder.toFrame(timestampNs);
    }

    /** Returns the report of a packet that the host dropped. */
    DropReport report() {
      DropReport report = new DropReport();
      report.direction = egress ? Direction.EGRESS : Direction.INGRESS;
      report.sourceLow = number(source());
      report.destinationLow = number(destination());
      report.protocol = protocol;
      report.sourcePort = protocol == ICMP ? localPort : sourcePort();
      report.destinationPort = protocol == ICMP ? remotePort : destinationPort();
      report.tcpFlags = flags;
      report.synAckSeen = (flags & (SYN | ACK)) == (SYN | ACK);
      report.packets = 1;
      report.bytes = bytes;
      report.firstNs = timestampNs;
      report.lastNs = timestampNs;
      return report;
    }

    private static long number(String address) {
      long number = 0;
      for (String part : address.split("\\.", -1)) {
        number = number << 8 | Long.parseLong(part);
      }
      return number;
    }
  }

  MadeTraffic(Random random) {
    this.random = random;
  }

  /** Returns the packets so far, no two at the same time, in the order of time. */
  List<Packet> inOrder() {
    List<Packet> sorted = new ArrayList<>(packets);
    sorted.sort(Comparator.comparingLong(Packet::timestampNs));
    return sorted;
  }

  /** Plays a random script at a port, within a span of time. */
  void converse(LoggingPort port, long fromNs, long toNs) {
    Script script = new Script(port, fromNs, toNs);
    switch (random.nextInt(10)) {
      case 0 -> script.opened().data(6).closed();
      case 1 -> script.opened().data(3).reset();
      case 2 -> script.refused();
      case 3 -> script.unanswered(1 + random.nextInt(4), false);
      case 4 -> script.unanswered(1 + random.nextInt(4), true);
      case 5 -> script.midstream();
      case 6 -> script.opened().data(2).closed().opened().data(3);
      case 7 -> script.opened().data(2).cutOff(3);
      case 8 -> script.questions(random.nextInt(3) == 0);
      default -> script.echo();
    }
    conversations++;
  }

  /** One conversation while it is made. */
  private final class Script {
    private final LoggingPort port;
    private final long toNs;
    private final boolean egress = random.nextBoolean();
    private final String remote = "198.51.100." + (1 + random.nextInt(250));
    private final int localPort = 1024 + conversations % 60_000;
    private final int remotePort = 1 + random.nextInt(1000);
    private long nowNs;

    Script(LoggingPort port, long fromNs, long toNs) {
      this.port = port;
      this.toNs = toNs;
      nowNs = fromNs + (long) (random.nextDouble() * (toNs - fromNs));
    }

    private void packet(int protocol, boolean byOpener, int flags, boolean setup, boolean dropped) {
      nowNs += 1 + (long) (random.nextDouble() * AgentFixture.UNIT_NS * 0.7);
      if (nowNs >= toNs) {
        return;
      }
      int bytes = 60 + random.nextInt(900);
      // Everybody's last digits are his own: no two packets come at the same time.
      long timestampNs = nowNs / 1_000_000 * 1_000_000 + packets.size() % 1_000_000;
      nowNs = Math.max(nowNs, timestampNs);
      packets.add(
          new Packet(
              timestampNs,
              port,
              egress == byOpener,
              protocol,
              remote,
              protocol == ICMP ? (byOpener ? 8 : 0) : localPort,
              protocol == ICMP ? 0 : remotePort,
              flags,
              bytes,
              setup,
              dropped));
    }

    Script opened() {
      packet(TCP, true, SYN, true, false);
      if (random.nextInt(4) == 0) {
        packet(TCP, true, SYN, true, false);
      }
      packet(TCP, false, SYN | ACK, true, false);
      packet(TCP, true, ACK, true, false);
      return this;
    }

    Script data(int count) {
      for (int i = 0; i < count; i++) {
        packet(TCP, random.nextBoolean(), ACK | FrameBuilder.PSH, false, false);
      }
      return this;
    }

    /** From here on the host lets nothing of the opener through. */
    Script cutOff(int count) {
      for (int i = 0; i < count; i++) {
        packet(TCP, true, ACK | FrameBuilder.PSH, false, true);
      }
      return this;
    }

    Script closed() {
      packet(TCP, true, FIN | ACK, false, false);
      packet(TCP, false, FIN | ACK, false, false);
      packet(TCP, true, ACK, false, false);
      return this;
    }

    void reset() {
      packet(TCP, false, RST, false, false);
    }

    void refused() {
      packet(TCP, true, SYN, true, false);
      packet(TCP, false, RST | ACK, true, false);
    }

    void unanswered(int count, boolean dropped) {
      for (int i = 0; i < count; i++) {
        packet(TCP, true, SYN, true, dropped);
      }
    }

    void midstream() {
      packet(TCP, random.nextBoolean(), ACK, false, false);
      data(3);
    }

    void questions(boolean dropped) {
      packet(UDP, true, 0, true, dropped);
      for (int i = 0; i < 3 && !dropped; i++) {
        boolean byOpener = random.nextBoolean();
        packet(UDP, byOpener, 0, byOpener, false);
      }
    }

    void echo() {
      packet(ICMP, true, 0, true, false);
      packet(ICMP, false, 0, false, false);
    }
  }
}
