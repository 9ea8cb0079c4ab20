package io.flowlog.agent.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Interfaces that come, go and change while the agent runs: what was sent while a port was captured
 * is in the files, and nothing else. Needs root, iproute2 and python3.
 */
@Tag("slow")
@Timeout(180)
class HotPlugTest {
  @RegisterExtension
  final LiveHost host = new LiveHost("vm1", "vm2").set("record.interval_unit=1s");

  private final Traffic traffic = new Traffic(host);

  private void begin() throws IOException {
    host.port("tap1");
    host.port("tap2");
    host.logger("all");
    host.start();
  }

  private void plug(String machine, String device) {
    host.net().connect(LiveHost.HOST, device, machine);
    host.await(device + " is captured", () -> host.isCapturing(device));
  }

  private void unplug(String device) {
    host.net().in(LiveHost.HOST, "ip", "link", "del", device);
  }

  private void link(String... words) {
    String[] command = new String[words.length + 2];
    command[0] = "ip";
    command[1] = "link";
    System.arraycopy(words, 0, command, 2, words.length);
    host.net().in(LiveHost.HOST, command);
  }

  private PortBooks books(String device) throws IOException {
    return PortBooks.of(host.rowsOf("all"), device);
  }

  private void checkBursts(String device) throws IOException {
    PortBooks books = books(device);
    for (Traffic.Burst burst : traffic.at(device)) {
      assertEquals(burst.frames(), books.packetsOf(burst), burst.toString());
    }
    assertEquals(traffic.framesAt(device), books.packets());
  }

  @Test
  void shouldHaveWhatAPortSawThatWasThereForAMoment() throws IOException {
    begin();
    for (int time = 0; time < 2; time++) {
      plug("vm1", "tap1");
      traffic.send("vm1", "tap1", 25);
      host.await("it was seen", () -> host.framesOf("tap1") == 25);
      // at once another of the same name, behind which is another machine
      unplug("tap1");
      host.net().connect(LiveHost.HOST, "tap1", "vm2");
      host.await("the other one", () -> host.isCapturing("tap1") && host.framesOf("tap1") == 0);
      traffic.send("vm2", "tap1", 15);
      unplug("tap1");
      host.await("nothing is there", () -> host.ports().isEmpty());
    }
    host.stop();
    checkBursts("tap1");
  }

  @Test
  void shouldFollowAnInterfaceThatIsReplacedByOneWithItsNumber() throws IOException {
    begin();
    plug("vm1", "tap1");
    traffic.send("vm1", "tap1", 25);
    host.await("it was seen", () -> host.framesOf("tap1") == 25);
    String file = "/sys/class/net/tap1/ifindex";
    String number = host.net().in(LiveHost.HOST, "cat", file).strip();
    String peer = " up type veth peer name eth0 netns " + host.net().fullName("vm2");
    // the first line is followed at once, the others a second later, all in one
    String first = "link add other type veth peer name other2\nlink del tap1\n";
    host.write("batch", first + "link add tap1 index " + number + peer + "\n");
    host.net().in(LiveHost.HOST, "ip", "-batch", host.folder().resolve("batch").toString());
    host.net().in("vm2", "ip", "link", "set", "eth0", "up");
    host.await("the other one", () -> host.isCapturing("tap1") && host.framesOf("tap1") == 0);
    traffic.send("vm2", "tap1", 15);
    host.stop();

    checkBursts("tap1");
    assertTrue(!books("tap1").gaps().isEmpty());
  }

  @Test
  void shouldFollowNamesThatTwoInterfacesExchange() throws IOException {
    begin();
    plug("vm1", "tap1");
    plug("vm2", "tap2");
    traffic.send("vm1", "tap1", 30);
    traffic.send("vm2", "tap2", 40);
    host.awaitMetric("flowlog_frames_total", 70);
    for (String[] names : List.of(n("tap1", "other"), n("tap2", "tap1"), n("other", "tap2"))) {
      link("set", names[0], "down");
      link("set", names[0], "name", names[1]);
      link("set", names[1], "up");
    }
    host.await(
        "both have new sources",
        () ->
            host.ports().size() == 2
                && host.isCapturing("tap1")
                && host.isCapturing("tap2")
                && host.framesOf("tap1") + host.framesOf("tap2") == 0);
    traffic.send("vm1", "tap2", 50);
    traffic.send("vm2", "tap1", 60);
    host.stop();

    checkBursts("tap1");
    checkBursts("tap2");
    // until it was noticed, what came belonged to the other one
    assertTrue(!books("tap1").gaps().isEmpty() && !books("tap2").gaps().isEmpty());
  }

  private static String[] n(String from, String to) {
    return new String[] {from, to};
  }

  @Test
  void shouldKeepAPortThatChangesAndFollowOneThatLeavesTheHostAndReturns() throws IOException {
    begin();
    plug("vm1", "tap1");
    traffic.send("vm1", "tap1", 30);
    link("set", "tap1", "address", "fe:00:00:00:00:77");
    traffic.send("vm1", "tap1", 31);
    link("set", "tap1", "down");
    link("set", "tap1", "up");
    traffic.send("vm1", "tap1", 32);
    link("set", "tap1", "netns", host.net().fullName("vm2"));
    host.await("nothing is there", () -> host.ports().isEmpty());
    host.net().in("vm2", "ip", "link", "set", "tap1", "up");
    host.net().send("vm1", "eth0", 5, List.of(new byte[60]));
    host.net().in("vm2", "ip", "link", "set", "tap1", "netns", host.net().fullName(LiveHost.HOST));
    link("set", "tap1", "up");
    host.await("it is back", () -> host.isCapturing("tap1"));
    traffic.send("vm1", "tap1", 20);
    host.stop();

    checkBursts("tap1");
    assertEquals(List.of(), books("tap1").gaps());
  }
}
