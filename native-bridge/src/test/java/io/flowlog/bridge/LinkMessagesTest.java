package io.flowlog.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.bridge.LinkMessages.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LinkMessagesTest {
  private static final int AF_BRIDGE = 7;
  private static final int UP_AND_RUNNING = Abi.IFF_UP | Abi.IFF_RUNNING;
  private static final int[] MAC = {0xfe, 0x16, 0x3e, 0, 0xaa, 1};

  private final LinkBytes bytes = new LinkBytes();

  private static LinkMessages over(byte[] datagram) {
    ByteBuffer buffer = ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder());
    LinkMessages messages = new LinkMessages(buffer);
    messages.reset(datagram.length);
    return messages;
  }

  private static List<String> read(byte[] datagram) {
    LinkMessages messages = over(datagram);
    List<String> read = new ArrayList<>();
    while (messages.next()) {
      read.add(
          switch (messages.kind()) {
            case THERE -> messages.link().toString();
            case GONE -> "gone " + messages.index();
            case END_OF_LIST -> "end " + messages.error();
            case REFUSAL -> "refusal " + messages.error();
            case OTHER -> "other";
          });
    }
    if (messages.isBroken()) {
      read.add("broken");
    }
    return read;
  }

  private List<String> read() {
    return read(bytes.toBytes());
  }

  @Test
  void shouldReadAnInterface() {
    bytes.link(Abi.RTM_NEWLINK, Abi.AF_UNSPEC, 7, UP_AND_RUNNING).name("tap1a2b3c4d-5e");
    bytes.attribute(Abi.IFLA_ADDRESS, MAC);

    Link link = new Link(7, "tap1a2b3c4d-5e", "fe:16:3e:00:aa:01", true, true);
    assertEquals(List.of(link.toString()), read());
  }

  @Test
  void shouldReadMessagesOneAfterTheOther() {
    bytes.link(Abi.RTM_NEWLINK, Abi.AF_UNSPEC, 1, Abi.IFF_UP).name("a");
    bytes.link(Abi.RTM_DELLINK, Abi.AF_UNSPEC, 2, 0).name("b");
    bytes.number(Abi.NLMSG_DONE, 0);
    bytes.number(Abi.NLMSG_ERROR, -16);

    String link = new Link(1, "a", null, true, false).toString();
    assertEquals(List.of(link, "gone 2", "end 0", "refusal 16"), read());
  }

  @Test
  void shouldNotTakeBridgePortsForInterfaces() {
    bytes.link(Abi.RTM_DELLINK, AF_BRIDGE, 7, UP_AND_RUNNING).name("tap1");
    bytes.link(Abi.RTM_NEWLINK, AF_BRIDGE, 7, UP_AND_RUNNING).name("tap1");

    assertEquals(List.of("other", "other"), read());
  }

  @Test
  void shouldPassOverNewsWithoutAName() {
    bytes.link(Abi.RTM_NEWLINK, Abi.AF_UNSPEC, 7, 0);
    bytes.link(Abi.RTM_NEWLINK, Abi.AF_UNSPEC, 7, 0).name("");

    assertEquals(List.of("other", "other"), read());
  }

  @Test
  void shouldKnowNoMacWhereThereIsNone() {
    bytes.link(Abi.RTM_NEWLINK, Abi.AF_UNSPEC, 1, 0).name("lo");
    bytes.attribute(Abi.IFLA_ADDRESS, 0, 0, 0, 0, 0, 0);
    bytes.link(Abi.RTM_NEWLINK, Abi.AF_UNSPEC, 2, 0).name("gre").attribute(Abi.IFLA_ADDRESS, 1, 2);

    Link lo = new Link(1, "lo", null, false, false);
    Link gre = new Link(2, "gre", null, false, false);
    assertEquals(List.of(lo.toString(), gre.toString()), read());
  }

  @Test
  void shouldKeepNamesApartThatAreNotText() {
    bytes.link(Abi.RTM_NEWLINK, Abi.AF_UNSPEC, 1, 0);
    bytes.attribute(Abi.IFLA_IFNAME, 0xff, 0xfe);

    assertEquals(List.of(new Link(1, "\u00ff\u00fe", null, false, false).toString()), read());
  }

  @Test
  void shouldStopAtWhatIsNoMessage() {
    byte[] whole = bytes.number(Abi.NLMSG_DONE, 0).toBytes();

    assertEquals(List.of("broken"), read(Arrays.copyOf(whole, 15)));
    assertEquals(List.of("broken"), read(Arrays.copyOf(whole, 19)));
    assertEquals(List.of("end 0", "broken"), read(Arrays.copyOf(whole, 22)));
    assertEquals(List.of("broken"), read(new byte[32]));
    assertEquals(List.of(), read(new byte[0]));
  }

  @Test
  void shouldKnowWhatAnswersARequest() {
    LinkMessages messages = over(bytes.number(Abi.NLMSG_DONE, 0).answering(77, 3).toBytes());
    assertTrue(messages.next());

    assertTrue(messages.isAnswerTo(77, 3));
    assertFalse(messages.isAnswerTo(77, 4));
    assertFalse(messages.isAnswerTo(78, 3));
  }

  @Test
  void shouldKnowAnInterruptedList() {
    bytes.number(Abi.NLMSG_DONE, 0);
    bytes.number(Abi.NLMSG_DONE, 0).flags(Abi.NLM_F_DUMP_INTR);
    LinkMessages messages = over(bytes.toBytes());

    assertTrue(messages.next());
    assertFalse(messages.isInterrupted());
    assertTrue(messages.next());
    assertTrue(messages.isInterrupted());
  }

  /** The buffer ends with the datagram, so that a step too far is an exception. */
  @Test
  void shouldSurviveAnyBytes() {
    Map<Kind, Integer> kinds = new EnumMap<>(Kind.class);
    int broken = 0;
    for (int seed = 0; seed < 200_000; seed++) {
      byte[] datagram = damaged(new Random(seed));
      LinkMessages messages = over(datagram);
      int read = 0;
      while (messages.next()) {
        kinds.merge(use(messages), 1, Integer::sum);
        read++;
      }
      assertTrue(read * Abi.MESSAGE_BYTES <= datagram.length, () -> "more than there is room for");
      broken += messages.isBroken() ? 1 : 0;
    }

    // all outcomes, or the mutations test nothing
    for (Kind kind : Kind.values()) {
      assertTrue(kinds.getOrDefault(kind, 0) > 5_000, kinds::toString);
    }
    assertTrue(broken > 5_000 && broken < 195_000, Integer.toString(broken));
  }

  private static Kind use(LinkMessages messages) {
    Kind kind = messages.kind();
    messages.error();
    messages.isInterrupted();
    messages.isAnswerTo(1, 1);
    if (kind == Kind.THERE) {
      assertFalse(messages.link().name().isEmpty());
    }
    if (kind == Kind.GONE) {
      messages.index();
    }
    return kind;
  }

  private static byte[] damaged(Random random) {
    LinkBytes bytes = new LinkBytes();
    for (int i = random.nextInt(4); i >= 0; i--) {
      append(bytes, random);
    }
    byte[] datagram = bytes.toBytes();
    for (int i = random.nextInt(4); i > 0; i--) {
      datagram[random.nextInt(datagram.length)] = (byte) random.nextInt(256);
    }
    // lengths are what makes a reader run away
    if (random.nextInt(4) == 0) {
      datagram[random.nextInt(datagram.length / 4) * 4] = (byte) random.nextInt(-8, 40);
    }
    return random.nextInt(4) == 0
        ? Arrays.copyOf(datagram, random.nextInt(datagram.length + 1))
        : datagram;
  }

  private static void append(LinkBytes bytes, Random random) {
    switch (random.nextInt(4)) {
      case 0 -> bytes.number(Abi.NLMSG_DONE, random.nextInt());
      case 1 -> bytes.number(Abi.NLMSG_ERROR, random.nextInt());
      default -> {
        int type = random.nextBoolean() ? Abi.RTM_NEWLINK : Abi.RTM_DELLINK;
        bytes.link(type, random.nextInt(8) == 0 ? AF_BRIDGE : 0, random.nextInt(), 1);
        for (int i = random.nextInt(3); i > 0; i--) {
          bytes.attribute(random.nextInt(6), random.ints(random.nextInt(9), 0, 256).toArray());
        }
        bytes.name("tap" + random.nextInt(1000)).attribute(Abi.IFLA_ADDRESS, MAC);
      }
    }
  }
}
