package io.flowlog.agent.flow;

import io.flowlog.agent.decode.PacketBatch;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What few logging ports need: a memory of fragments, overflow rows (both made when first used),
 * and whether they carry more than one VLAN.
 *
 * <p>Owned by one {@link ConnectionTable}.
 */
final class PortExtras {
  private static final short NO_VLAN_YET = -1;

  private final KeyedHash hash;
  private final @Nullable FragmentTable[] fragments = new FragmentTable[PacketBatch.PORTS_MAX];
  private final @Nullable OverflowRows[] overflow = new OverflowRows[PacketBatch.PORTS_MAX];
  private final short[] vlans = new short[PacketBatch.PORTS_MAX];
  private final boolean[] vlansMixed = new boolean[PacketBatch.PORTS_MAX];
  private boolean overflowing;

  PortExtras(KeyedHash hash) {
    this.hash = hash;
    Arrays.fill(vlans, NO_VLAN_YET);
  }

  /** Notes the VLAN, 0 for none, of a new connection of a port. */
  void noteVlan(int portIndex, int vlan) {
    vlansMixed[portIndex] |= vlans[portIndex] != NO_VLAN_YET && vlans[portIndex] != vlan;
    vlans[portIndex] = (short) vlan;
  }

  /** Tells whether two connections of a port may differ in nothing but their VLAN. */
  boolean hasMixedVlans(int portIndex) {
    return vlansMixed[portIndex];
  }

  FragmentTable fragments(int portIndex) {
    FragmentTable table = fragments[portIndex];
    if (table == null) {
      table = new FragmentTable(hash);
      fragments[portIndex] = table;
    }
    return table;
  }

  OverflowRows overflow(int portIndex) {
    overflowing = true;
    OverflowRows rows = overflow[portIndex];
    if (rows == null) {
      rows = new OverflowRows();
      overflow[portIndex] = rows;
    }
    return rows;
  }

  /** Gives all overflow rows to the handler and forgets them. */
  void emitOverflow(CutTarget target) {
    if (!overflowing) {
      return;
    }
    overflowing = false;
    for (int portIndex = 0; portIndex < overflow.length; portIndex++) {
      OverflowRows rows = overflow[portIndex];
      if (rows != null) {
        emit(portIndex, rows, target);
        rows.clear();
      }
    }
  }

  private static void emit(int portIndex, OverflowRows rows, CutTarget target) {
    for (int row = 0; row < rows.size(); row++) {
      if (rows.packets(row) > 0) {
        target.handler().onOverflow(view(portIndex, rows, row));
      } else {
        target.tellUnseen(portIndex, -rows.packets(row));
      }
    }
  }

  private static OverflowView view(int portIndex, OverflowRows rows, int row) {
    return new OverflowView(
        portIndex,
        rows.direction(row),
        rows.protocol(row),
        rows.destinationPort(row),
        rows.firstNs(row),
        rows.lastNs(row),
        rows.packets(row),
        Math.max(0, rows.bytes(row)),
        rows.dropPoint(row));
  }

  /** Forgets what belonged to a port whose number is given to another. */
  void remove(int portIndex) {
    fragments[portIndex] = null;
    vlans[portIndex] = NO_VLAN_YET;
    vlansMixed[portIndex] = false;
  }
}
