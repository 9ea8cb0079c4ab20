package io.flowlog.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What people read when the kernel refuses something. Needs root. */
class NativeExceptionTest {
  private static final RingShape SHAPE = new RingShape(1 << 16, 4, 256, 60);

  private static String messageOf(int number) {
    return String.valueOf(new NativeException("it", number).getMessage());
  }

  @Test
  void shouldNameOperationErrorAndRemedyInOneLine() {
    NativeException failure = new NativeException("tap1: open a packet socket", 1);

    assertEquals(Errno.EPERM, failure.errno());
    assertEquals("tap1: open a packet socket", failure.operation());
    assertEquals(
        "tap1: open a packet socket: EPERM: give the program CAP_NET_RAW: in its systemd unit"
            + " AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN, or run it as root",
        failure.getMessage());
  }

  @Test
  void shouldHaveALineForEveryErrorThatItKnows() {
    for (Errno errno : Errno.values()) {
      String message = messageOf(errno.number());
      assertFalse(message.contains("\n"), message);
      assertTrue(errno.remedy().length() > 5, errno.name());
    }
    assertTrue(messageOf(12).contains("make rings smaller"));
    assertTrue(messageOf(19).contains("ip link"));
    assertTrue(messageOf(22).contains("Linux 4.6"));
  }

  @Test
  void shouldSayTheNumberOfAnErrorThatItDoesNotKnow() {
    assertEquals("it: errno 71: see errno(3)", messageOf(71));
  }

  @Test
  void shouldNameAMissingDevice() {
    NativeException failure =
        assertThrows(NativeException.class, () -> PacketRing.open("flbnone", 1 << 30, SHAPE));

    assertEquals(
        "flbnone: bind the packet socket: ENODEV: the device is not there (any more):"
            + " see 'ip link'",
        failure.getMessage());
  }

  @Test
  void shouldSayWhichCapabilityIsMissing() throws Exception {
    assertEquals(
        "lo: open a packet socket: EPERM: " + Errno.EPERM.remedy() + "\n",
        Nobody.run(Opener.class, ""));
  }

  @Test
  void shouldCaptureAsNobodyWithTheCapability() throws Exception {
    assertEquals("captures into 262144\n", Nobody.run(Opener.class, "+net_raw"));
  }

  /** Opens a ring in a process of its own and prints how that went. */
  static final class Opener {
    private Opener() {}

    public static void main(String[] arguments) {
      try (PacketRing ring = PacketRing.open("lo", Interfaces.indexOf("lo"), SHAPE)) {
        System.out.print("captures into " + ring.buffer().capacity() + "\n");
      } catch (NativeException e) {
        System.out.print(e.getMessage() + "\n");
      }
    }
  }
}
