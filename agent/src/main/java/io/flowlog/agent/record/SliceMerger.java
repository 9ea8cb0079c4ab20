package io.flowlog.agent.record;

import io.flowlog.agent.flow.Icmp;
import io.flowlog.agent.flow.KeyedHash;
import io.flowlog.agent.port.LoggingPort;
import java.util.HashMap;
import java.util.Map;

/**
 * Adds up the rows of the slices of an interval: what is one row of a file and stands in several
 * slices becomes one. Owned by one thread.
 *
 * <p>Used in rounds, each of which takes the rows of one share of all keys, so that memory need not
 * hold the rows of all.
 */
public final class SliceMerger {
  private final MergeView view;
  private final KeyedHash hash;
  private final RecordDictionary dictionary = new RecordDictionary();
  private final Map<LoggingPort, Integer> ports = new HashMap<>();
  private final FlowRecord row = new FlowRecord();
  private final RowMerger merger;
  private int share;
  private int shares = 1;

  /** What the numbers in one slice's rows are in the merged rows. */
  public static final class Renumbering {
    private final int[] ports;
    private final int[] dropPoints;

    private Renumbering(int ports, int dropPoints) {
      this.ports = new int[ports];
      this.dropPoints = new int[dropPoints + 1];
    }
  }

  /** Makes a merger; the seed keeps others from choosing rows of one share. */
  public SliceMerger(MergeView view, long hashSeed) {
    this.view = view;
    hash = new KeyedHash(hashSeed);
    merger = new RowMerger(hashSeed);
  }

  /** Returns what the merged rows refer to by number. */
  public RecordDictionary dictionary() {
    return dictionary;
  }

  /** Enters what a slice's rows refer to. A port whose owner changed is another port from then. */
  public Renumbering enter(RecordDictionary own) {
    Renumbering numbers = new Renumbering(own.size(), own.dropPoints().size());
    for (int portIndex = 0; portIndex < own.size(); portIndex++) {
      LoggingPort port = own.find(portIndex);
      if (port != null) {
        int number = ports.computeIfAbsent(PortFields.shownOf(port), p -> ports.size());
        numbers.ports[portIndex] = number;
        dictionary.define(number, port);
      }
    }
    for (int number = 1; number < numbers.dropPoints.length; number++) {
      numbers.dropPoints[number] = dictionary.numberOfDropPoint(own.dropPoint(number));
    }
    return numbers;
  }

  /** Begins a round. */
  public void begin(int share, int shares) {
    this.share = share;
    this.shares = shares;
  }

  /** Says that the rows that follow are of a later slice than all before in this round. */
  public void startSlice(long startNs) {
    merger.startSlice(startNs);
  }

  /** Takes the rows of this round among some of a slice. Changes rows in place. */
  public void add(RecordBatch batch, Renumbering numbers) {
    byte[] data = batch.data();
    int usedBytes = batch.usedBytes();
    for (int offset = 0, length = 0; offset < usedBytes; offset += length) {
      length = row.at(data, offset).rowBytes();
      if ((row.audience() & view.audience()) != 0) {
        row.audience(view.audience())
            .portIndex(numbers.ports[row.portIndex()])
            .dropPoint(numbers.dropPoints[row.dropPoint()]);
        if (!view.splitIcmp() && Icmp.is(row.protocol())) {
          row.forgetIcmp();
        }
        if (!view.showTranslations()) {
          row.forgetTranslation();
        }
        if (shares == 1 || isOfShare()) {
          merger.add(row);
        }
      }
    }
  }

  private boolean isOfShare() {
    return Integer.remainderUnsigned((int) RowMerger.hashOf(row, hash), shares) == share;
  }

  /** Ends a round: hands over its rows as they are at the end of the interval. */
  public void drain(RowMerger.RowTaker taker) {
    merger.drainSettled(view.interval().endNs(), taker);
  }
}
