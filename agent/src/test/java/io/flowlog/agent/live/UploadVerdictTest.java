package io.flowlog.agent.live;

import static io.flowlog.agent.live.Firewalled.ACCEPT;
import static io.flowlog.agent.live.Firewalled.DROP;
import static io.flowlog.agent.live.Firewalled.EGRESS;
import static io.flowlog.agent.live.Firewalled.INGRESS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.host.Namespaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bytes that one kernel's TCP brings to another's, in super-packets and again where they were lost,
 * while a firewall that knows connections stops and lets them pass. Needs root, iproute2, nft,
 * python3 and BTF.
 */
@Tag("slow")
@Timeout(180)
class UploadVerdictTest {
  private static final int SERVER = 5400;
  private static final int PART_BYTES = 300_000;

  /** A TCP header with the option that both kernels use on each segment, timestamps. */
  private static final int TCP_BYTES = 32;

  @RegisterExtension final LiveHost host = new LiveHost("vm1", "vm2", "vm3");
  private final Firewalled machines = new Firewalled(host);
  private List<Row> rows = List.of();

  private void begin() throws IOException {
    machines.build();
    machines.speak(1, 2);
    machines.speak(2, 1);
    host.set("capture.drops=required");
    machines.nft(
        """
        table inet witness {
          set allowed { type inet_service; elements = { 5400 }; }
          counter passed { }
          counter answered { }
          counter dropped { }
          counter unanswered { }
          chain forward { type filter hook forward priority 0
            ct state established,related tcp dport 5400 counter name passed accept
            ct state established,related tcp sport 5400 counter name answered accept
            ct state new tcp dport @allowed counter name passed accept
            tcp dport 5400 counter name dropped drop
            tcp sport 5400 counter name unanswered drop; }
        }
        """);
    host.start();
  }

  private Process end(String machine, String role, String address, String said) throws IOException {
    String script = LiveHost.script("upload.py");
    String port = Integer.toString(SERVER);
    Process end = host.net().start(machine, "python3", script, role, address, port);
    assertEquals(said, Namespaces.line(end));
    return end;
  }

  private static void send(Process sender, String line) throws IOException {
    sender.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    sender.getOutputStream().flush();
    assertEquals("sent", Namespaces.line(sender));
  }

  private static String close(Process end) throws IOException, InterruptedException {
    end.getOutputStream().close();
    String said = Namespaces.line(end);
    assertEquals(0, end.waitFor());
    return said;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldCountAnUploadWhoseRuleIsRemovedAndComesBack(boolean ipv6) throws Exception {
    begin();
    String address = ipv6 ? "fd77::1" : "10.77.0.1";
    Process receiver = end("vm1", "receive", address, "ready");
    Process sender = end("vm2", "send", address, "connected");
    send(sender, Integer.toString(PART_BYTES));
    machines.changeNft("delete element inet witness allowed { 5400 }");
    send(sender, Integer.toString(PART_BYTES)); // whoever is in may stay
    host.net().in(LiveHost.HOST, "python3", LiveHost.script("forget_connections.py"));
    send(sender, PART_BYTES + " unheard");
    host.await("it is sent again", () -> machines.counter("dropped") > 3);
    machines.changeNft("add element inet witness allowed { 5400 }");
    send(sender, Integer.toString(PART_BYTES));
    assertEquals("closed", close(sender));
    assertEquals(4 * PART_BYTES, Integer.parseInt(close(receiver)));
    host.stop();

    rows = host.rowsOf("all");
    int headers = TCP_BYTES + (ipv6 ? 40 : 20);
    Count dropped = both(2, 1, "dst_port", DROP);
    Count passed = both(2, 1, "dst_port", ACCEPT);
    // the firewall sees super-packets, whose segments have headers of their own on the wire
    assertPayload("dropped", dropped, headers);
    assertPayload("passed", passed, headers);
    assertTrue(dropped.packets() > machines.counter("dropped"), "no super-packet");
    assertTrue(passed.bytes() - passed.packets() * headers >= 4 * PART_BYTES, passed.toString());
    assertEquals(machines.counted("answered"), both(1, 2, "src_port", ACCEPT));
    assertEquals(machines.counted("unanswered"), both(1, 2, "src_port", DROP));
  }

  private void assertPayload(String counter, Count recorded, int headers) {
    Count counted = machines.counted(counter);
    assertEquals(
        counted.bytes() - counted.packets() * headers,
        recorded.bytes() - recorded.packets() * headers,
        counter + " " + counted + ", recorded " + recorded);
  }

  /** Returns what rows say of one way of the connection, which is the same at both its ends. */
  private Count both(int from, int to, String portField, String verdict) {
    Count sent = sum(from, EGRESS, portField, verdict);
    assertEquals(sent, sum(to, INGRESS, portField, verdict), verdict);
    return sent;
  }

  private Count sum(int machine, String direction, String portField, String verdict) {
    Count sum = Count.NOTHING;
    for (Row row : PortBooks.of(rows, "tap" + machine).rows()) {
      assertTrue(List.of("OK", "NODATA").contains(row.text("status")), row.toString());
      if (row.text(portField).equals(Integer.toString(SERVER))
          && row.text("direction").equals(direction)
          && row.text("filter").equals(verdict)) {
        sum = sum.plus(new Count(row.number("packets"), row.number("bytes")));
      }
    }
    return sum;
  }
}
