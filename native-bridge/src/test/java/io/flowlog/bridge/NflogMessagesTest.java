package io.flowlog.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is read of messages of NFLOG, whole ones and any other bytes. */
class NflogMessagesTest {
  private static final int SLOT_BYTES = 2048;
  private static final int SLOTS = 4;
  private static final long TIME_NS = 1_800_000_000_123_456_000L;

  private final ByteBuffer memory = ByteBuffer.allocateDirect(SLOTS * SLOT_BYTES);
  private final NflogMessages messages = new NflogMessages(memory, SLOT_BYTES);

  private NflogBytes datagram(int slot) {
    return new NflogBytes(memory.duplicate().position(slot * SLOT_BYTES).slice());
  }

  private void receive(NflogBytes... datagrams) {
    for (int i = 0; i < datagrams.length; i++) {
      messages.setSize(i, datagrams[i].sizeBytes());
    }
    messages.reset(datagrams.length);
  }

  private byte[] bytesAt(int at, int sizeBytes) {
    byte[] copy = new byte[sizeBytes];
    messages.buffer().get(at, copy);
    return copy;
  }

  private String prefix() {
    byte[] bytes = bytesAt(messages.prefixAt(), messages.prefixBytes());
    return new String(bytes, StandardCharsets.UTF_8).replace("\0", "");
  }

  /** Returns all that is told of the message, in one line. */
  private String shown() {
    byte[] payload = bytesAt(messages.payloadAt(), messages.payloadBytes());
    return String.format(
        "%s %x hook %d number %s at %d %d>%d %d>%d to %x vlan %d '%s' %s",
        messages.isOfBridgeFamily() ? "bridge" : "other",
        messages.etherType(),
        messages.hook(),
        messages.hasSequence() ? Integer.toString(messages.sequence()) : "none",
        messages.timestampNs(),
        messages.inputInterface(),
        messages.outputInterface(),
        messages.bridgeInput(),
        messages.bridgeOutput(),
        messages.destinationMac(),
        messages.vlan(),
        prefix(),
        new String(payload, StandardCharsets.ISO_8859_1));
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void shouldReadEveryFieldOfAPacket() {
    NflogBytes one =
        datagram(0)
            .packet(Abi.AF_BRIDGE)
            .header(0x86dd, 2)
            .prefix("DROP:x")
            .number(Abi.NFULA_IFINDEX_INDEV, 3)
            .number(Abi.NFULA_IFINDEX_OUTDEV, 4)
            .number(Abi.NFULA_IFINDEX_PHYSINDEV, 5)
            .number(Abi.NFULA_IFINDEX_PHYSOUTDEV, 6)
            .attribute(Abi.NFULA_HWHEADER, text("abcdef--------"))
            .time(1_800_000_000, 123_456)
            .vlan(0xa0c7)
            .number(Abi.NFULA_SEQ, -2)
            .attribute(Abi.NFULA_PAYLOAD, text("payload"))
            .end();
    receive(one);

    assertTrue(messages.next());
    assertEquals(
        "bridge 86dd hook 2 number -2 at "
            + TIME_NS
            + " 3>4 5>6 to 616263646566 vlan 199 'DROP:x' payload",
        shown());
    assertFalse(messages.next());
  }

  @Test
  void shouldForgetWhatOnlyThePacketBeforeSaid() {
    NflogBytes one =
        datagram(0)
            .packet(2)
            .header(0x800, 3)
            .vlan(5)
            .number(Abi.NFULA_SEQ, 1)
            .time(9, 9)
            .prefix("x")
            .attribute(Abi.NFULA_PAYLOAD, text("y"))
            .end()
            .packet(2)
            .end();
    receive(one);

    assertTrue(messages.next());
    assertTrue(messages.next());
    assertEquals("other 0 hook -1 number none at 0 0>0 0>0 to 0 vlan -1 '' ", shown());
  }

  @Test
  void shouldGoThroughAllDatagramsAndPassOverOtherMessages() {
    NflogBytes first = datagram(0).packet(2).prefix("a").end().message(Abi.NLMSG_DONE, 0).end();
    NflogBytes second = datagram(1);
    NflogBytes third = datagram(2).message(Abi.NLMSG_ERROR, 0).end().packet(2).prefix("b").end();
    receive(first, second, third);

    assertTrue(messages.next());
    assertEquals("a", prefix());
    assertTrue(messages.next());
    assertEquals("b", prefix());
    assertFalse(messages.next());
    assertFalse(messages.next());
    assertEquals(0, messages.brokenDatagrams());
  }

  @Test
  void shouldCountADatagramThatBreaksOffAndReadTheNext() {
    NflogBytes first = datagram(0).packet(2).prefix("a").end();
    NflogBytes second = datagram(1).packet(2).prefix("b").end();
    receive(first, second);
    messages.setSize(0, first.sizeBytes() - 1);

    assertTrue(messages.next());
    assertEquals("b", prefix());
    assertEquals(1, messages.brokenDatagrams());
  }

  @Test
  void shouldNotBelieveTimesThatAreNone() {
    for (long[] time : new long[][] {{-1, 0}, {Long.MAX_VALUE, 0}, {1, 1_000_000}, {1, -1}}) {
      receive(datagram(0).packet(2).time(time[0], time[1]).end());
      assertTrue(messages.next());
      assertEquals(0, messages.timestampNs());
    }
  }

  @Test
  void shouldReadFieldsInAnyOrderAmongOthers() {
    Random random = new Random(7);
    for (int round = 0; round < 2000; round++) {
      int in = random.nextInt();
      int sequence = random.nextInt();
      byte[] payload = new byte[random.nextInt(200)];
      random.nextBytes(payload);
      NflogBytes bytes = datagram(0).packet(10);
      List<Runnable> fields = new ArrayList<>();
      fields.add(() -> bytes.number(Abi.NFULA_IFINDEX_PHYSINDEV, in));
      fields.add(() -> bytes.number(Abi.NFULA_SEQ, sequence));
      fields.add(() -> bytes.attribute(Abi.NFULA_PAYLOAD, payload));
      for (int unknown = 21; unknown < 26; unknown++) {
        int type = unknown;
        fields.add(() -> bytes.attribute(type, new byte[random.nextInt(20)]));
      }
      Collections.shuffle(fields, random);
      fields.forEach(Runnable::run);
      receive(bytes.end());

      assertTrue(messages.next());
      assertEquals(in, messages.bridgeInput());
      assertEquals(sequence, messages.sequence());
      assertEquals(
          ByteBuffer.wrap(payload),
          ByteBuffer.wrap(bytesAt(messages.payloadAt(), messages.payloadBytes())));
      assertFalse(messages.next());
    }
  }

  @Test
  void shouldStayWithinTheDatagramWhateverBytesItHas() {
    Random random = new Random(11);
    long packets = 0;
    for (int round = 0; round < 20_000; round++) {
      NflogBytes bytes = datagram(0);
      for (int i = 0; i < 3; i++) {
        bytes.packet(2).header(0x800, 1).prefix("DROP").vlan(7).time(5, 5);
        bytes.attribute(Abi.NFULA_PAYLOAD, new byte[random.nextInt(60)]).end();
      }
      for (int i = random.nextInt(12); i > 0; i--) {
        memory.put(random.nextInt(bytes.sizeBytes()), (byte) (random.nextInt(6) * 51));
      }
      int sizeBytes = random.nextInt(bytes.sizeBytes() + 1);
      messages.setSize(0, sizeBytes);
      messages.reset(1);
      while (messages.next()) {
        packets++;
        assertTrue(messages.prefixBytes() == 0 || end(messages.prefixAt(), true) <= sizeBytes);
        assertTrue(messages.payloadBytes() == 0 || end(messages.payloadAt(), false) <= sizeBytes);
      }
    }
    assertTrue(packets > 10_000, "most are still messages: " + packets);
  }

  private int end(int at, boolean ofPrefix) {
    return at + (ofPrefix ? messages.prefixBytes() : messages.payloadBytes());
  }

  @Test
  void shouldReadWithoutAllocation() {
    NflogBytes bytes = datagram(0);
    for (int i = 0; i < 10; i++) {
      bytes.packet(2).header(0x800, 1).prefix("DROP").time(5, 5).number(Abi.NFULA_SEQ, i).end();
    }
    receive(bytes);
    long sum = readAll(20_000);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long id = Thread.currentThread().getId();
    long before = threads.getThreadAllocatedBytes(id);
    sum += readAll(20_000);
    long allocated = threads.getThreadAllocatedBytes(id) - before;

    assertEquals(2 * 20_000 * 45L, sum);
    assertTrue(allocated < 10_000, allocated + " bytes for 200,000 messages");
  }

  private long readAll(int times) {
    long sum = 0;
    for (int i = 0; i < times; i++) {
      messages.reset(1);
      while (messages.next()) {
        sum += messages.sequence();
      }
    }
    return sum;
  }
}
