package io.flowlog.agent.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.cli.demo.FrameBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The agent from its start to its end. Needs root, iproute2 and python3. */
@Timeout(180)
class LifeTest {
  @RegisterExtension final LiveHost host = new LiveHost("vm1");

  @Test
  void shouldEndWhenOneOfItsThreadsDoes() throws IOException {
    host.net().connect(LiveHost.HOST, "tap1", "vm1");
    host.port("tap1");
    host.logger("all");
    host.start();
    Path state = host.folder().resolve("state");
    Files.move(state.resolve("spool"), state.resolve("elsewhere"));
    assertEquals(1, host.awaitEnd());

    assertTrue(host.log().contains(" has ended: cannot create "), host.log());
    assertFalse(host.log().contains("\tat "), host.log());
  }

  @Test
  void shouldPutWhatItHasSeenIntoFilesBeforeItEnds() throws IOException {
    host.net().connect(LiveHost.HOST, "tap1", "vm1");
    host.port("tap1");
    host.logger("all");
    host.start();
    byte[] frame =
        FrameBuilder.ethernet().ipv4("10.0.0.1", "10.0.0.2").udp(1, 2).payloadOf(40).build();
    host.net().send("vm1", "eth0", 7, List.of(frame));
    host.awaitMetric("flowlog_frames_total", 7);
    String unusual = "record.interval_unit is 2s: loggers' intervals are not of minutes";
    assertTrue(host.page("/health").contains(unusual), host.page("/health"));
    host.stop();

    List<Row> rows = host.rowsOf("all").stream().filter(Row::hasFlow).toList();
    assertEquals(7, rows.stream().mapToLong(row -> row.number("packets")).sum());
    assertEquals(LiveHost.portId("tap1"), rows.get(0).text("interface_id"));
    assertEquals("egress", rows.get(0).text("direction"));

    assertTrue(host.log().contains("capturing 1 ports for 1 loggers"), host.log());
    assertTrue(host.log().contains("warning: " + unusual), host.log());
  }
}
