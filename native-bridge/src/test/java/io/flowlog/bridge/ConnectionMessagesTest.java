package io.flowlog.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.bridge.ConnectionMessages.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConnectionMessagesTest {
  private static final int NEW = Abi.NFNL_SUBSYS_CTNETLINK << 8 | Abi.IPCTNL_MSG_CT_NEW;
  private static final int DELETE = Abi.NFNL_SUBSYS_CTNETLINK << 8 | Abi.IPCTNL_MSG_CT_DELETE;
  private static final int FIGURES =
      Abi.NFNL_SUBSYS_CTNETLINK << 8 | Abi.IPCTNL_MSG_CT_GET_STATS_CPU;
  private static final int NESTED = 0x8000;
  private static final int TCP = 6;
  private static final int ICMP = 1;

  private final LinkBytes bytes = new LinkBytes();

  private static ConnectionMessages over(byte[] datagram, int sizeBytes) {
    ByteBuffer buffer = ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder());
    ConnectionMessages messages = new ConnectionMessages(buffer);
    messages.reset(sizeBytes);
    return messages;
  }

  /** Returns an attribute as bytes, padded. */
  private static int[] attribute(int type, int... value) {
    int sizeBytes = Abi.ATTRIBUTE_BYTES + value.length;
    int[] head = littleEndian(sizeBytes, type);
    int[] padded = Arrays.copyOf(value, value.length + (-value.length & 3));
    return join(head, padded);
  }

  private static int[] littleEndian(int one, int other) {
    return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
        ? new int[] {one & 0xff, one >> 8, other & 0xff, other >> 8}
        : new int[] {one >> 8, one & 0xff, other >> 8, other & 0xff};
  }

  private static int[] join(int[]... parts) {
    return Arrays.stream(parts).flatMapToInt(IntStream::of).toArray();
  }

  private static int[] way4(int protocol, int source, int destination, int... ports) {
    int[] addresses =
        join(
            attribute(Abi.CTA_IP_V4_SRC, 10, 0, 0, source),
            attribute(Abi.CTA_IP_V4_DST, 192, 0, 2, destination));
    return join(
        attribute(Abi.CTA_TUPLE_IP | NESTED, addresses),
        attribute(Abi.CTA_TUPLE_PROTO | NESTED, protocol(protocol, ports)));
  }

  private static int[] protocol(int protocol, int... ports) {
    return join(
        attribute(Abi.CTA_PROTO_NUM, protocol),
        attribute(Abi.CTA_PROTO_SRC_PORT, ports[0] >> 8, ports[0] & 0xff),
        attribute(Abi.CTA_PROTO_DST_PORT, ports[1] >> 8, ports[1] & 0xff));
  }

  private void connection4(int type, int protocol) {
    bytes.number(type, Abi.AF_INET);
    bytes.attribute(Abi.CTA_TUPLE_ORIG | NESTED, way4(protocol, 5, 9, 40_000, 443));
    bytes.attribute(Abi.CTA_TUPLE_REPLY | NESTED, way4(protocol, 7, 254, 443, 1024));
  }

  private static String text(TrackedConnection.Way way) {
    return way.protocol()
        + " "
        + Long.toHexString(way.sourceHigh())
        + ":"
        + Long.toHexString(way.sourceLow())
        + " "
        + way.sourcePort()
        + " > "
        + Long.toHexString(way.destinationHigh())
        + ":"
        + Long.toHexString(way.destinationLow())
        + " "
        + way.destinationPort();
  }

  private static List<String> read(byte[] datagram) {
    ConnectionMessages messages = over(datagram, datagram.length);
    List<String> read = new ArrayList<>();
    while (messages.next()) {
      Kind kind = messages.kind();
      TrackedConnection connection = messages.connection();
      read.add(
          switch (kind) {
            case THERE, GONE ->
                kind
                    + " | "
                    + text(connection.original())
                    + " | "
                    + text(connection.reply())
                    + (connection.isTranslated() ? " translated" : "")
                    + (connection.isAnswered() ? " answered" : "")
                    + (connection.isEstablished() ? " established" : "")
                    + (connection.isClosing() ? " closing" : "")
                    + (" id " + connection.id() + " zone " + connection.zone());
            case END_OF_LIST, REFUSAL -> kind + " " + messages.error();
            case PROCESSOR_FIGURES -> kind + " " + messages.figure(Abi.CTA_STATS_DROP);
            case TABLE_FIGURES, OTHER -> kind.toString();
          });
    }
    if (messages.isBroken()) {
      read.add("broken");
    }
    return read;
  }

  @Test
  void shouldReadATranslatedConnection() {
    connection4(NEW, TCP);
    bytes.attribute(Abi.CTA_STATUS, 0, 0, 0, Abi.IPS_SRC_NAT | Abi.IPS_SEEN_REPLY);
    int[] state = attribute(Abi.CTA_PROTOINFO_TCP_STATE, Abi.TCP_CONNTRACK_ESTABLISHED);
    bytes.attribute(Abi.CTA_PROTOINFO | NESTED, attribute(Abi.CTA_PROTOINFO_TCP | NESTED, state));
    bytes.attribute(Abi.CTA_ID, 0, 0, 1, 2);
    bytes.attribute(Abi.CTA_ZONE, 16, 1);

    assertEquals(
        List.of(
            "THERE | 6 0:a000005 40000 > 0:c0000209 443 | 6 0:a000007 443 > 0:c00002fe 1024"
                + " translated answered established id 258 zone 4097"),
        read(bytes.toBytes()));
  }

  @Test
  void shouldReadWhatIsGoneAndForgetWhatWasBefore() {
    connection4(NEW, TCP);
    bytes.attribute(Abi.CTA_STATUS, 0, 0, 0, Abi.IPS_DST_NAT);
    bytes.attribute(Abi.CTA_ID, 0, 0, 0, 9);
    connection4(DELETE, TCP);

    List<String> read = read(bytes.toBytes());
    assertTrue(read.get(0).endsWith(" translated id 9 zone 0"), read.toString());
    assertTrue(read.get(1).startsWith("GONE"), read.toString());
    assertTrue(read.get(1).endsWith("1024 id 0 zone 0"), read.toString());
  }

  @Test
  void shouldReadIpv6() {
    int[] one = {0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    int[] other = {0xfd, 0, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 2};
    int[] addresses = join(attribute(Abi.CTA_IP_V6_SRC, one), attribute(Abi.CTA_IP_V6_DST, other));
    int[] way =
        join(
            attribute(Abi.CTA_TUPLE_IP | NESTED, addresses),
            attribute(Abi.CTA_TUPLE_PROTO | NESTED, protocol(17, 1, 2)));
    bytes.number(NEW, Abi.AF_INET6);
    bytes.attribute(Abi.CTA_TUPLE_ORIG | NESTED, way);
    bytes.attribute(Abi.CTA_TUPLE_REPLY | NESTED, way);

    String text = "17 20010db800000000:1 1 > fd00000000000000:8000000000000002 2";
    assertEquals(List.of("THERE | " + text + " | " + text + " id 0 zone 0"), read(bytes.toBytes()));
  }

  @Test
  void shouldKnowNoPortsWhereAProtocolHasNone() {
    connection4(NEW, ICMP);
    assertTrue(read(bytes.toBytes()).get(0).contains("1 0:a000005 0 > 0:c0000209 0"));
  }

  @Test
  void shouldNotTakePartsForConnections() {
    bytes.number(NEW, Abi.AF_INET);
    bytes.attribute(Abi.CTA_TUPLE_ORIG | NESTED, way4(TCP, 1, 2, 3, 4));
    bytes.number(NEW, 7);
    bytes.attribute(Abi.CTA_TUPLE_ORIG | NESTED, way4(TCP, 1, 2, 3, 4));
    bytes.attribute(Abi.CTA_TUPLE_REPLY | NESTED, way4(TCP, 1, 2, 3, 4));
    bytes.number(NEW, Abi.AF_INET6);
    bytes.attribute(Abi.CTA_TUPLE_ORIG | NESTED, way4(TCP, 1, 2, 3, 4));
    bytes.attribute(Abi.CTA_TUPLE_REPLY | NESTED, way4(TCP, 1, 2, 3, 4));
    assertEquals(List.of("OTHER", "OTHER", "OTHER"), read(bytes.toBytes()));
  }

  @Test
  void shouldReadFiguresAndEnds() {
    bytes.number(FIGURES, 0);
    bytes.attribute(Abi.CTA_STATS_DROP, 0xff, 0, 0, 1);
    bytes.number(Abi.NLMSG_DONE, 0);
    bytes.number(Abi.NLMSG_ERROR, -16);
    assertEquals(
        List.of("PROCESSOR_FIGURES " + 0xff00_0001L, "END_OF_LIST 0", "REFUSAL 16"),
        read(bytes.toBytes()));
  }

  @Test
  void shouldSurviveAnyBytesAndReadNothingBehindThem() {
    connection4(NEW, TCP);
    bytes.attribute(Abi.CTA_STATUS, 0, 0, 0, Abi.IPS_SRC_NAT);
    bytes.attribute(Abi.CTA_PROTOINFO | NESTED, attribute(Abi.CTA_PROTOINFO_TCP | NESTED, 1, 0));
    connection4(DELETE, ICMP);
    bytes.number(FIGURES, 0);
    bytes.attribute(Abi.CTA_STATS_DROP, 1);
    byte[] good = bytes.toBytes();
    Random random = new Random(20261120);
    Set<Kind> seen = EnumSet.noneOf(Kind.class);
    for (int round = 0; round < 200_000; round++) {
      // exactly as long as what was received: to read behind it throws
      byte[] bad = Arrays.copyOf(good, random.nextInt(good.length + 1));
      for (int change = random.nextInt(6); change > 0 && bad.length > 0; change--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      ConnectionMessages messages = over(bad, bad.length);
      while (messages.next()) {
        seen.add(messages.kind());
        messages.error();
        messages.figure(random.nextInt(20));
      }
    }
    assertTrue(seen.containsAll(EnumSet.of(Kind.THERE, Kind.GONE, Kind.OTHER)), seen.toString());
  }
}
