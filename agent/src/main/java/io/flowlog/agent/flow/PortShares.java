package io.flowlog.agent.flow;

import io.flowlog.agent.decode.PacketBatch;

/**
 * Who may take how much of the table: each logging port is owed an equal share, and may go beyond
 * it only on units that are owed to nobody.
 *
 * <p>Owned by one {@link ConnectionTable}. The invariant: units free >= units owed; only a port
 * that joins when others have taken more than they are owed from now on finds less, until theirs
 * go.
 */
final class PortShares {
  private final int capacityUnits;
  private final boolean[] present = new boolean[PacketBatch.PORTS_MAX];
  private final int[] used = new int[PacketBatch.PORTS_MAX];
  private int ports;
  private int shareUnits;
  private int usedUnits;

  /** What present ports may still take of their shares. */
  private long owedUnits;

  PortShares(int capacityUnits) {
    this.capacityUnits = capacityUnits;
  }

  /** Counts a port in; it may be there already. */
  void add(int portIndex) {
    if (!present[portIndex]) {
      present[portIndex] = true;
      ports++;
      share();
    }
  }

  /** Counts a port out; what it still uses is given back as its entries go. */
  void remove(int portIndex) {
    if (present[portIndex]) {
      present[portIndex] = false;
      ports--;
      share();
    }
  }

  private void share() {
    shareUnits = ports == 0 ? 0 : capacityUnits / ports;
    owedUnits = 0;
    for (int port = 0; port < present.length; port++) {
      owedUnits += owedTo(port);
    }
  }

  private int owedTo(int portIndex) {
    return present[portIndex] ? Math.max(0, shareUnits - used[portIndex]) : 0;
  }

  /** Tells whether a port is counted in. */
  boolean isPresent(int portIndex) {
    return present[portIndex];
  }

  /** Returns what a port uses. */
  int used(int portIndex) {
    return used[portIndex];
  }

  /** Tells whether a port uses more than its share. */
  boolean isOverShare(int portIndex) {
    return used[portIndex] > (present[portIndex] ? shareUnits : 0);
  }

  /** Tells whether a port may take some units more. */
  boolean mayTake(int portIndex, int units) {
    int free = capacityUnits - usedUnits;
    int beyondShare = units - Math.min(units, owedTo(portIndex));
    return free >= units && (beyondShare == 0 || free - owedUnits >= beyondShare);
  }

  /** Notes that a port has taken units, or given them back if negative. */
  void take(int portIndex, int units) {
    owedUnits -= owedTo(portIndex);
    used[portIndex] += units;
    usedUnits += units;
    owedUnits += owedTo(portIndex);
  }
}
