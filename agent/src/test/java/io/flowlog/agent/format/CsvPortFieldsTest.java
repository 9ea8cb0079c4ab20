package io.flowlog.agent.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.record.RecordField;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The fields that come from the logging port or the host, one by one. */
class CsvPortFieldsTest {
  private static String ofPort(RecordField field, LoggingPort port) throws IOException {
    return CsvFixture.cell(field, CsvFixture.ports(port), CsvFixture.SETTINGS, row -> {});
  }

  private static void assertField(String known, RecordField field) throws IOException {
    assertEquals(known, ofPort(field, CsvFixture.FULL_PORT));
    assertEquals("", ofPort(field, CsvFixture.BARE_PORT), "nothing stands for what is not known");
  }

  @Test
  void shouldShowThePortsIdAsInterfaceId() throws IOException {
    assertEquals("the-port", ofPort(RecordField.INTERFACE_ID, CsvFixture.FULL_PORT));
    assertEquals("bare-port", ofPort(RecordField.INTERFACE_ID, CsvFixture.BARE_PORT));
  }

  @Test
  void shouldShowVmId() throws IOException {
    assertField("the-vm", RecordField.VM_ID);
  }

  @Test
  void shouldShowOwnerType() throws IOException {
    assertField("instance", RecordField.OWNER_TYPE);
  }

  @Test
  void shouldShowOwnerId() throws IOException {
    assertField("the-owner", RecordField.OWNER_ID);
  }

  @Test
  void shouldShowSubnetId() throws IOException {
    assertField("the-subnet", RecordField.SUBNET_ID);
  }

  @Test
  void shouldShowTheNetworkAsVpcId() throws IOException {
    assertField("the-vpc", RecordField.VPC_ID);
  }

  @Test
  void shouldShowProjectId() throws IOException {
    assertField("the-project", RecordField.PROJECT_ID);
  }

  @Test
  void shouldShowRegion() throws IOException {
    assertEquals("KR1", ofPort(RecordField.REGION, CsvFixture.BARE_PORT));
    EncoderSettings nowhere = new EncoderSettings(TimestampUnit.SECONDS, true, "", "host-1");
    assertEquals(
        "",
        CsvFixture.cell(
            RecordField.REGION, CsvFixture.ports(CsvFixture.FULL_PORT), nowhere, row -> {}));
  }

  @Test
  void shouldShowHost() throws IOException {
    assertEquals("host-1", ofPort(RecordField.HOST, CsvFixture.BARE_PORT));
  }

  @Test
  void shouldShowMinusOneForTransithubDropNoRoutePackets() throws IOException {
    assertEquals("-1", ofPort(RecordField.TRANSITHUB_DROP_NO_ROUTE_PACKETS, CsvFixture.FULL_PORT));
  }

  @Test
  void shouldShowMinusOneForTransithubDropNoRouteBytes() throws IOException {
    assertEquals("-1", ofPort(RecordField.TRANSITHUB_DROP_NO_ROUTE_BYTES, CsvFixture.FULL_PORT));
  }

  @Test
  void shouldShowMinusOneForTransithubDropBlackHolePackets() throws IOException {
    RecordField field = RecordField.TRANSITHUB_DROP_BLACK_HOLE_PACKETS;
    assertEquals("-1", ofPort(field, CsvFixture.FULL_PORT));
  }

  @Test
  void shouldShowMinusOneForTransithubDropBlackHoleBytes() throws IOException {
    assertEquals("-1", ofPort(RecordField.TRANSITHUB_DROP_BLACK_HOLE_BYTES, CsvFixture.FULL_PORT));
  }

  @Test
  void shouldShowNothingForTrafficPath() throws IOException {
    assertEquals("", ofPort(RecordField.TRAFFIC_PATH, CsvFixture.FULL_PORT));
  }

  @Test
  void shouldQuoteOnlyTextsThatNeedIt() throws IOException {
    assertEquals("a b;c'd\te", ofPort(RecordField.VM_ID, withVm("a b;c'd\te")));
    assertEquals("\"a,b\"", ofPort(RecordField.VM_ID, withVm("a,b")));
    assertEquals("\"say \"\"hi\"\"\"", ofPort(RecordField.VM_ID, withVm("say \"hi\"")));
    assertEquals("\"\"\"\"", ofPort(RecordField.VM_ID, withVm("\"")));
    assertEquals("네트워크 🌐", ofPort(RecordField.VM_ID, withVm("네트워크 🌐")));
  }

  private static LoggingPort withVm(String vmId) {
    return new LoggingPort(null, "p", null, List.of(), vmId, null, null, null, null, null);
  }
}
