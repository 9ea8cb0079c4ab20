package io.flowlog.agent.live;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What rows say of one logging port. Immutable.
 *
 * @param rows that port's
 */
record PortBooks(List<Row> rows) {
  /** Picks the rows of the port at a device. */
  static PortBooks of(List<Row> rows, String device) {
    String portId = LiveHost.portId(device);
    return new PortBooks(
        rows.stream().filter(row -> row.text("interface_id").equals(portId)).toList());
  }

  /** Returns how many packets were collected. */
  long packets() {
    return packets(rows);
  }

  /** Returns how many packets of a verdict were collected. */
  long packets(String verdict) {
    return packets(rows.stream().filter(row -> row.text("filter").equals(verdict)).toList());
  }

  private static long packets(List<Row> rows) {
    return rows.stream().filter(Row::hasFlow).mapToLong(row -> row.number("packets")).sum();
  }

  /** Returns how many packets of a burst were collected. */
  long packetsOf(Traffic.Burst burst) {
    return packets(rowsOf(burst));
  }

  /** Returns the rows of a burst's packets. */
  List<Row> rowsOf(Traffic.Burst burst) {
    String number = Integer.toString(burst.number());
    return rows.stream().filter(row -> row.text("src_port").equals(number)).toList();
  }

  /** Returns how many packets are known to be lost. */
  long lost() {
    return gaps().stream()
        .filter(row -> !row.text("lost_packets").isEmpty())
        .mapToLong(row -> row.number("lost_packets"))
        .sum();
  }

  /** Returns the rows that say that something could not be collected. */
  List<Row> gaps() {
    return rows.stream().filter(row -> row.text("status").equals("SKIPDATA")).toList();
  }

  /** Returns when the intervals began in which packets are known to be lost. */
  Set<Long> lossyIntervals() {
    Set<Long> starts = new TreeSet<>();
    for (Row gap : gaps()) {
      if (!gap.text("lost_packets").isEmpty() && gap.number("lost_packets") > 0) {
        starts.add(gap.number("timestamp_start"));
      }
    }
    return starts;
  }

  /** Tells whether a gap is told that covers a span. */
  boolean hasGapOver(long fromUs, long toUs) {
    return gaps().stream()
        .anyMatch(
            gap -> gap.number("timestamp_start") <= fromUs && gap.number("timestamp_end") >= toUs);
  }
}
