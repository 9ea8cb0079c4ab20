package io.flowlog.agent.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

class FlowRecordTest {
  private static final int OFFSET = 7;
  private static final List<Integer> IP_VERSIONS = List.of(0, 4, 6);

  /** Every getter of a row of an IP version, by name. */
  private static Map<String, ToLongFunction<FlowRecord>> getters(int ipVersion) {
    Map<String, ToLongFunction<FlowRecord>> getters = new LinkedHashMap<>();
    getters.put("ipVersion", FlowRecord::ipVersion);
    getters.put("direction", FlowRecord::direction);
    getters.put("verdict", FlowRecord::verdict);
    getters.put("status", FlowRecord::status);
    getters.put("protocol", FlowRecord::protocol);
    getters.put("known", FlowRecord::known);
    getters.put("tcpFlag", FlowRecord::tcpFlag);
    getters.put("tcpFlagsAll", FlowRecord::tcpFlagsAll);
    getters.put("tcpState", FlowRecord::tcpState);
    getters.put("endReason", FlowRecord::endReason);
    getters.put("icmpType", FlowRecord::icmpType);
    getters.put("icmpCode", FlowRecord::icmpCode);
    getters.put("sourcePort", FlowRecord::sourcePort);
    getters.put("destinationPort", FlowRecord::destinationPort);
    getters.put("portIndex", FlowRecord::portIndex);
    getters.put("setupUs", FlowRecord::setupUs);
    getters.put("firstNs", FlowRecord::firstNs);
    getters.put("lastNs", FlowRecord::lastNs);
    getters.put("packets", FlowRecord::packets);
    getters.put("bytes", FlowRecord::bytes);
    getters.put("dropPoint", FlowRecord::dropPoint);
    if (ipVersion == 0) {
      getters.put("lostPackets", FlowRecord::lostPackets);
    } else if (ipVersion == 4) {
      getters.put("source4", FlowRecord::source4);
      getters.put("destination4", FlowRecord::destination4);
    } else {
      getters.put("source6High", FlowRecord::source6High);
      getters.put("source6Low", FlowRecord::source6Low);
      getters.put("destination6High", FlowRecord::destination6High);
      getters.put("destination6Low", FlowRecord::destination6Low);
    }
    return getters;
  }

  /** A setter and the getters of what it sets, in its parameters' order. */
  private record Setter(List<String> fields, BiConsumer<FlowRecord, long[]> set) {}

  private static List<Setter> setters(int ipVersion) {
    List<Setter> setters = new ArrayList<>();
    setters.add(
        new Setter(
            List.of("direction", "verdict", "status"),
            (r, v) -> r.kind(ipVersion, (int) v[0], (int) v[1], (int) v[2])));
    setters.add(
        new Setter(List.of("protocol", "known"), (r, v) -> r.protocol((int) v[0], (int) v[1])));
    setters.add(
        new Setter(
            List.of("tcpFlag", "tcpFlagsAll", "tcpState", "endReason"),
            (r, v) -> r.tcp((int) v[0], (int) v[1], (int) v[2], (int) v[3])));
    setters.add(
        new Setter(List.of("icmpType", "icmpCode"), (r, v) -> r.icmp((int) v[0], (int) v[1])));
    setters.add(
        new Setter(
            List.of("sourcePort", "destinationPort"), (r, v) -> r.ports((int) v[0], (int) v[1])));
    setters.add(new Setter(List.of("portIndex"), (r, v) -> r.portIndex((int) v[0])));
    setters.add(new Setter(List.of("setupUs"), (r, v) -> r.setupUs((int) v[0])));
    setters.add(new Setter(List.of("firstNs", "lastNs"), (r, v) -> r.times(v[0], v[1])));
    setters.add(new Setter(List.of("packets", "bytes"), (r, v) -> r.counts(v[0], v[1])));
    setters.add(new Setter(List.of("dropPoint"), (r, v) -> r.dropPoint((int) v[0])));
    if (ipVersion == 0) {
      setters.add(new Setter(List.of("lostPackets"), (r, v) -> r.lostPackets(v[0])));
    } else if (ipVersion == 4) {
      setters.add(
          new Setter(
              List.of("source4", "destination4"), (r, v) -> r.addresses4((int) v[0], (int) v[1])));
    } else {
      setters.add(
          new Setter(List.of("source6High", "source6Low"), (r, v) -> r.source6(v[0], v[1])));
      setters.add(
          new Setter(
              List.of("destination6High", "destination6Low"),
              (r, v) -> r.destination6(v[0], v[1])));
    }
    return setters;
  }

  /** Returns a value that uses every bit that the field has. */
  private static long randomOf(String field, Random random) {
    return switch (field) {
      case "direction", "verdict", "status", "known", "tcpFlag", "tcpState", "endReason" ->
          random.nextInt(128);
      case "protocol", "tcpFlagsAll", "icmpType", "icmpCode" -> random.nextInt(256);
      case "sourcePort", "destinationPort", "dropPoint" -> random.nextInt(65_536);
      case "portIndex", "setupUs", "source4", "destination4" -> random.nextInt();
      default -> random.nextLong();
    };
  }

  private static Map<String, Long> read(FlowRecord row, int ipVersion) {
    Map<String, Long> values = new LinkedHashMap<>();
    getters(ipVersion).forEach((name, getter) -> values.put(name, getter.applyAsLong(row)));
    return values;
  }

  @Test
  void shouldGiveBackEveryFieldAndChangeNoOther() {
    Random random = new Random(20260126);
    for (int ipVersion : IP_VERSIONS) {
      byte[] data = new byte[OFFSET + FlowRecord.BYTES_MAX];
      FlowRecord row = new FlowRecord().at(data, OFFSET).kind(ipVersion, 0, 0, 0);
      Map<String, Long> expected = read(row, ipVersion);
      List<Setter> setters = setters(ipVersion);
      for (int round = 0; round < 5000; round++) {
        Setter setter = setters.get(random.nextInt(setters.size()));
        long[] values =
            setter.fields().stream().mapToLong(field -> randomOf(field, random)).toArray();
        setter.set().accept(row, values);
        for (int i = 0; i < values.length; i++) {
          expected.put(setter.fields().get(i), values[i]);
        }
        assertEquals(expected, read(row, ipVersion), setter.fields().toString());
      }
    }
  }

  @Test
  void shouldHaveASetterForEveryGetter() {
    for (int ipVersion : IP_VERSIONS) {
      List<String> set = new ArrayList<>(List.of("ipVersion"));
      setters(ipVersion).forEach(setter -> set.addAll(setter.fields()));
      assertEquals(getters(ipVersion).keySet(), new HashSet<>(set));
    }
  }

  @Test
  void shouldWriteNothingOutsideItsRow() {
    Random random = new Random(20260127);
    for (int ipVersion : IP_VERSIONS) {
      int end = OFFSET + FlowRecord.bytesOf(ipVersion);
      byte[] data = new byte[end + 40];
      Arrays.fill(data, (byte) 0x5a);
      FlowRecord row = new FlowRecord().at(data, OFFSET);
      for (Setter setter : setters(ipVersion)) {
        setter.set().accept(row, random.longs(4).toArray());
      }
      assertEquals(FlowRecord.bytesOf(ipVersion), row.forgetTranslation().rowBytes());
      for (int i = 0; i < data.length; i++) {
        assertTrue(data[i] == 0x5a || (i >= OFFSET && i < end), "byte " + i);
      }
    }
  }

  @Test
  void shouldNeverNeedMoreThanTheLargestRow() {
    assertEquals(FlowRecord.HEADER_BYTES + 8, FlowRecord.bytesOf(0));
    assertEquals(FlowRecord.HEADER_BYTES + 8, FlowRecord.bytesOf(4));
    FlowRecord row = new FlowRecord().at(new byte[FlowRecord.BYTES_MAX], 0).kind(6, 0, 0, 0);
    assertEquals(FlowRecord.BYTES_MAX, row.translatedPorts(1, 2).rowBytes());
  }

  @Test
  void shouldKeepWhatPacketsCarryElsewhereBehindTheirAddresses() {
    byte[] data = new byte[FlowRecord.BYTES_MAX];
    FlowRecord row = new FlowRecord().at(data, 0).kind(4, 0, 0, 0).ports(1, 2).addresses4(3, 4);
    assertEquals(List.of(1, 2, 3, 4), translated4(row.untranslated()));
    assertEquals(FlowRecord.bytesOf(4), row.rowBytes());

    row.translatedPorts(5, 65_535).translated4(-7, 8);
    assertEquals(List.of(5, 65_535, -7, 8), translated4(row));
    assertEquals(FlowRecord.bytesOf(4) + 12, row.rowBytes());
    assertEquals(3, row.source4());
    assertEquals(1, row.sourcePort());

    assertEquals(FlowRecord.bytesOf(4), row.forgetTranslation().rowBytes());
    assertEquals(List.of(1, 2, 3, 4), translated4(row));
  }

  private static List<Integer> translated4(FlowRecord row) {
    return List.of(
        row.translatedSourcePort(),
        row.translatedDestinationPort(),
        row.translatedSource4(),
        row.translatedDestination4());
  }

  @Test
  void shouldKeepIpv6AddressesOfTheOtherSide() {
    byte[] data = new byte[FlowRecord.BYTES_MAX];
    FlowRecord row = new FlowRecord().at(data, 0).kind(6, 0, 0, 0);
    row.source6(1, 2).destination6(3, 4).ports(10, 11);
    assertEquals(List.of(1L, 2L, 3L, 4L), translated6(row));

    row.translatedPorts(12, 13).translatedSource6(5, 6).translatedDestination6(7, 8);
    assertEquals(List.of(5L, 6L, 7L, 8L), translated6(row));
    assertEquals(12, row.translatedSourcePort());
    assertEquals(13, row.translatedDestinationPort());
    assertEquals(4, row.destination6Low());
  }

  private static List<Long> translated6(FlowRecord row) {
    return List.of(
        row.translatedSource6High(),
        row.translatedSource6Low(),
        row.translatedDestination6High(),
        row.translatedDestination6Low());
  }

  @Test
  void shouldTellRowsApartThatAreTranslatedOtherwise() {
    FlowRecord row = new FlowRecord().at(new byte[FlowRecord.BYTES_MAX], 0).kind(4, 0, 0, 0);
    FlowRecord other = new FlowRecord().at(new byte[FlowRecord.BYTES_MAX], 0).kind(4, 0, 0, 0);
    row.untranslated();
    assertFalse(row.hasSameAddresses(other));
    assertTrue(row.hasSameAddresses(other.untranslated()));
    assertFalse(row.hasSameAddresses(other.translatedPorts(0, 1).translated4(0, 0)));
    assertTrue(row.translatedPorts(0, 1).translated4(0, 0).hasSameAddresses(other));
    assertFalse(row.translated4(0, 1).hasSameAddresses(other));
  }

  @Test
  void shouldNotTakeAddressesForLostPackets() {
    byte[] data = new byte[FlowRecord.BYTES_MAX];
    FlowRecord row = new FlowRecord().at(data, 0).kind(4, 0, 0, 0).addresses4(1, 2);
    assertEquals(FlowRecord.UNKNOWN, row.lostPackets());
  }

  @Test
  void shouldCompareWholeAddresses() {
    for (int ipVersion : List.of(4, 6)) {
      byte[] one = new byte[FlowRecord.BYTES_MAX];
      byte[] other = new byte[FlowRecord.BYTES_MAX + 3];
      FlowRecord row = new FlowRecord().at(one, 0).kind(ipVersion, 0, 0, 0);
      FlowRecord same = new FlowRecord().at(other, 3).kind(ipVersion, 2, 1, 1);
      assertTrue(row.hasSameAddresses(same));
      for (int i = FlowRecord.HEADER_BYTES; i < row.rowBytes(); i++) {
        one[i] ^= 1;
        assertFalse(row.hasSameAddresses(same), "byte " + i);
        one[i] ^= 1;
      }
    }
  }

  @Test
  void shouldFillABatchToItsLastRow() {
    RecordBatch batch = new RecordBatch(3 * FlowRecord.BYTES_MAX - 1);
    batch.append(FlowRecord.BYTES_MAX);
    assertTrue(batch.hasRoom());
    batch.append(FlowRecord.BYTES_MAX);
    assertFalse(batch.hasRoom());
    assertEquals(2, batch.rows());
    batch.clear();
    assertEquals(0, batch.rows() + batch.usedBytes());
    assertThrows(IllegalArgumentException.class, () -> new RecordBatch(FlowRecord.BYTES_MAX - 1));
  }
}
