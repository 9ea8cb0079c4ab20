package io.flowlog.agent.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Loggers and ports change while traffic flows: the others neither miss anything nor have it twice.
 * Needs root, iproute2 and python3.
 */
@Timeout(180)
class ChangesTest {
  private static final String LOGGERS = "/v2.0/flowlog-loggers";

  @RegisterExtension
  final LiveHost host = new LiveHost("vm1", "vm2").set("record.interval_unit=1s");

  private final Traffic traffic = new Traffic(host);

  @Test
  void shouldNeitherLoseNorDoubleWhenLoggersAndPortsChange() throws IOException {
    host.net().connect(LiveHost.HOST, "tap1", "vm1");
    host.net().connect(LiveHost.HOST, "tap2", "vm2");
    host.port("tap1");
    host.logger("all");
    host.start();
    Traffic.Flood flood = traffic.flood("vm1", 200);
    change();
    assertTrue(flood.process().isAlive(), "the changes took longer than the traffic");
    long sent = traffic.end(flood);
    host.stop();

    PortBooks books = PortBooks.of(host.rowsOf("all"), "tap1");
    assertEquals(sent, books.packets());
    assertEquals(List.of(), books.gaps());
    long ofOther = PortBooks.of(host.rowsOf("other"), "tap1").packets();
    assertTrue(ofOther > 0 && ofOther < sent, ofOther + " of " + sent);
    assertEquals(60, PortBooks.of(host.rowsOf("all"), "tap2").packets());
  }

  private void change() {
    host.logger("other");
    host.await("a second logger", () -> host.page(LOGGERS).contains(LiveHost.loggerId("other")));
    host.port("tap2");
    host.await("a second port", () -> host.isCapturing("tap2"));
    traffic.send("vm2", "tap2", 60);
    host.logger("other", "log_format: CSV", "filter: ACCEPT");
    host.await("the second logger's filter", () -> host.page(LOGGERS).contains("ACCEPT"));
    host.signal("HUP");
    host.remove("ports.d/tap2.yaml");
    host.await("one port", () -> !host.isCapturing("tap2"));
    host.remove("loggers.d/other.yaml");
    host.await("one logger", () -> !host.page(LOGGERS).contains(LiveHost.loggerId("other")));
    host.signal("HUP");
  }
}
