package io.flowlog.agent.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records of a file as people see them. */
class RecordTableTest {
  private static final String HEADER =
      "timestamp_start,interface_id,direction,src_addr,src_port,dst_addr,dst_port,packets,bytes,"
          + "tcp_flag,tcp_state\n";

  @Test
  void shouldAlignRecordsUnderTheirTitles(@TempDir Path folder) throws IOException {
    String web = DemoCloud.ports().get(0).portId();
    Path file = folder.resolve("records.csv");
    Files.writeString(
        file,
        HEADER
            + ("1768469402," + web + ",ingress,3fff::9,99,3fff::1,44,5,817,3,TIME_WAIT\n")
            + ("1768469403," + web + ",egress,10.0.1.10,0,10.0.1.30,0,120,10080,,\n")
            + ("1768469404," + web + ",egress,10.0.1.10,443,203.0.113.7,50100,1,40,20,RESET\n"));
    RecordTable table = RecordTable.read(file, DemoCloud.ports());
    assertEquals(3, table.size());
    assertEquals(
        List.of(
            "time      port  dir  from          to            packets  bytes  flags  state",
            "09:30:02  web   in   [3fff::9]:99  [3fff::1]:44        5    817  SF     TIME_WAIT",
            "09:30:03  web   out  10.0.1.10     10.0.1.30         120  10080"),
        table.lines(2));
    assertEquals("AR     RESET", table.lines(3).get(3).substring(71));
  }
}
