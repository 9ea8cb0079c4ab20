package io.flowlog.agent.spool;

import io.flowlog.agent.record.FlowRecord;
import io.flowlog.agent.record.PortFields;
import io.flowlog.agent.record.RecordDictionary;
import io.flowlog.agent.record.RecordField;
import io.flowlog.agent.record.SlicePlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which rows of a journal go into the files of a logger, and which of its ports had none. Owned by
 * the {@link Sealer}, for one job.
 */
final class LoggerRows {
  private static final byte NOT_ASKED = 0;
  private static final byte COVERED = 1;
  private static final byte FOREIGN = 2;

  private final SealJob job;
  private final RecordDictionary dictionary;
  private final int audience;
  private byte[] coverage = new byte[16];

  /** By number; the ports behind the numbers may be one port at different times. */
  private boolean[] seen = new boolean[16];

  LoggerRows(SealJob job, RecordDictionary dictionary) {
    this.job = job;
    this.dictionary = dictionary;
    audience = SlicePlan.audienceOf(job.logger());
  }

  /** Tells whether the logger wants a row, and notes that its port had one. */
  boolean take(FlowRecord row) {
    if ((row.audience() & audience) == 0 || !hasContent(row) || !covers(row.portIndex())) {
      return false;
    }
    seen[row.portIndex()] = true;
    return true;
  }

  /** A row without packets tells of a loss, or merely what became of a connection. */
  private boolean hasContent(FlowRecord row) {
    return row.packets() == 0 ? row.status() != FlowRecord.OK : isOfVerdict(row.verdict());
  }

  private boolean isOfVerdict(int verdict) {
    return switch (job.logger().filter()) {
      case ALL -> true;
      case ACCEPT -> verdict == FlowRecord.ACCEPT;
      case DROP -> verdict == FlowRecord.DROP;
    };
  }

  private boolean covers(int portIndex) {
    if (portIndex >= coverage.length) {
      int length = Integer.highestOneBit(portIndex) * 2;
      coverage = Arrays.copyOf(coverage, length);
      seen = Arrays.copyOf(seen, length);
    }
    if (coverage[portIndex] == NOT_ASKED) {
      boolean covered = dictionary.isCovered(portIndex, job.logger(), job.coverage());
      coverage[portIndex] = covered ? COVERED : FOREIGN;
    }
    return coverage[portIndex] == COVERED;
  }

  /** Returns the numbers of the logger's ports that had no row, each port once. */
  List<Integer> silentPorts() {
    Set<String> told = new HashSet<>();
    List<Integer> covered = new ArrayList<>();
    for (int portIndex = 0; portIndex < dictionary.size(); portIndex++) {
      if (dictionary.find(portIndex) != null && covers(portIndex)) {
        covered.add(portIndex);
        if (seen[portIndex]) {
          told.add(portId(portIndex));
        }
      }
    }
    covered.removeIf(portIndex -> !told.add(portId(portIndex)));
    return covered;
  }

  private String portId(int portIndex) {
    return String.valueOf(PortFields.text(dictionary, portIndex, RecordField.INTERFACE_ID));
  }
}
