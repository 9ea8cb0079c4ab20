package io.flowlog.agent.cli;

import io.flowlog.agent.metrics.AgentCounter;
import io.flowlog.agent.metrics.CounterSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a replay says at its end: what it read, what it wrote, and all that it left out. */
final class ReplaySummary {
  private final CounterSet counters;

  private ReplaySummary(CounterSet counters) {
    this.counters = counters;
  }

  static void print(CounterSet counters, Path out) {
    ReplaySummary summary = new ReplaySummary(counters);
    System.err.println(
        "read     "
            + summary.count(AgentCounter.FRAMES, "frame")
            + ": "
            + summary.count(AgentCounter.PACKETS, "packet")
            + ", "
            + summary.count(AgentCounter.PACKET_BYTES, "byte")
            + ", "
            + summary.count(AgentCounter.CONNECTIONS, "connection"));
    System.err.println(
        "wrote    "
            + summary.count(AgentCounter.ROWS_STORED, "record")
            + " in "
            + summary.count(AgentCounter.FILES_STORED, "file")
            + " below "
            + out);
    summary.leftOut().forEach(line -> System.err.println("left out " + line));
    summary.note(AgentCounter.LAYER4_UNREADABLE, "without a readable layer 4 header: no ports");
    summary.note(AgentCounter.FRAGMENTS_ORPHANED, "behind a first fragment never seen: no ports");
    summary.note(AgentCounter.TIMESTAMPS_CLAMPED, "with a time outside 1970 to 2262: moved there");
    summary.note(
        AgentCounter.PACKETS_OUT_OF_ORDER,
        "older than the running interval, counted in it: give files in the order of time");
  }

  private void note(AgentCounter counter, String what) {
    if (counters.get(counter) > 0) {
      System.err.println("note     " + count(counter, "packet") + " " + what);
    }
  }

  private List<String> leftOut() {
    List<String> lines = new ArrayList<>();
    add(lines, AgentCounter.FRAMES_NOT_IP, "not IP");
    add(lines, AgentCounter.FRAMES_LINK_HEADER_CUT, "cut in the link layer's header");
    add(lines, AgentCounter.FRAMES_LINK_TOO_DEEP, "with too many tags or labels");
    add(lines, AgentCounter.FRAMES_IP_HEADER_CUT, "cut in the IP header");
    add(lines, AgentCounter.FRAMES_IP_VERSION_WRONG, "with a wrong IP version");
    add(lines, AgentCounter.FRAMES_IP_HEADER_LENGTH_WRONG, "with a wrong IP header length");
    add(lines, AgentCounter.FRAMES_IP_TOTAL_LENGTH_WRONG, "with a wrong IP total length");
    add(lines, AgentCounter.FRAMES_EXCLUDED, "of excluded addresses");
    add(lines, AgentCounter.FRAMES_OF_NO_PORT, "of no logging port");
    add(lines, AgentCounter.LINKTYPE_UNKNOWN, "of a link type that cannot be read");
    return lines;
  }

  private void add(List<String> lines, AgentCounter counter, String what) {
    if (counters.get(counter) > 0) {
      lines.add(count(counter, "frame") + " " + what);
    }
  }

  private String count(AgentCounter counter, String noun) {
    return count(counters.get(counter), noun);
  }

  /** Returns a number with its noun: thousands set apart, plural where it is not one. */
  private static String count(long count, String noun) {
    StringBuilder digits = new StringBuilder(Long.toString(count));
    for (int at = digits.length() - 3; at > 0; at -= 3) {
      digits.insert(at, ',');
    }
    return digits + " " + noun + (count == 1 ? "" : "s");
  }
}
