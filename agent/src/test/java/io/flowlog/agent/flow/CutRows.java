package io.flowlog.agent.flow;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keeps what a table hands over, and insists on the order of the calls. Owned by one test. */
final class CutRows implements CutHandler {
  /** Whose packets a row counts, as side 0 sees it. */
  record Key(
      int portIndex,
      int protocol,
      int vlan,
      boolean ipv6,
      long localHigh,
      long localLow,
      long remoteHigh,
      long remoteLow,
      int localPort,
      int remotePort) {

    /** Cheaper than the one that a record is given: models look keys up for every packet. */
    @Override
    public int hashCode() {
      long addresses = localHigh * 31 + localLow * 37 + remoteHigh * 41 + remoteLow * 43;
      long rest = portIndex + protocol * 7L + vlan * 11L + localPort * 13L + remotePort * 1009L;
      return Long.hashCode((addresses * 1_000_003 + rest) * 0x9e37_79b9_7f4a_7c15L);
    }
  }

  /** What one side of a connection did. */
  record Side(
      int direction,
      long packets,
      long bytes,
      long firstNs,
      long lastNs,
      int tcpFlags,
      boolean synAck,
      int dropPoint) {}

  /**
   * What both did that was seen, what of it got through, what of that was set-up (nothing if nobody
   * asked), what was dropped, and where they stand; the initiator is 0 unknown, 1 side 0, 2 side 1.
   */
  record Row(
      Side local,
      Side remote,
      List<Side> accepted,
      List<Side> setup,
      List<Side> dropped,
      TcpState state,
      EndReason reason,
      int initiator,
      int setupUs) {}

  /** One cut. */
  record Cut(long startNs, long endNs, Map<Key, Row> rows, List<OverflowView> overflow) {}

  static final Side NOTHING = new Side(0, 0, 0, 0, 0, 0, false, 0);

  final List<Cut> cuts = new ArrayList<>();
  private boolean open;

  @Override
  public void onCutStart(long startNs, long endNs) {
    assertFalse(open, "a cut began inside another");
    assertTrue(startNs < endNs, "a cut without length");
    open = true;
    cuts.add(new Cut(startNs, endNs, new HashMap<>(), new ArrayList<>()));
  }

  @Override
  public void onConnection(ConnectionView view) {
    assertTrue(open, "a row outside of a cut");
    assertTrue(last().rows().put(key(view), row(view)) == null, "a connection twice in one cut");
    for (int side = 0; side < 2; side++) {
      assertTrue(view.dropped(side).packets() == 0 || view.droppedEver(side));
      assertTrue(view.latestNs() >= view.seen(side).lastNs());
    }
  }

  private static Row row(ConnectionView view) {
    return new Row(
        side(view, 0, view.seen(0)),
        side(view, 1, view.seen(1)),
        List.of(side(view, 0, view.accepted(0)), side(view, 1, view.accepted(1))),
        view.collectsSetup()
            ? List.of(side(view, 0, view.setup(0)), side(view, 1, view.setup(1)))
            : List.of(),
        List.of(side(view, 0, view.dropped(0)), side(view, 1, view.dropped(1))),
        TcpState.values()[view.tcpState()],
        EndReason.values()[view.endReason()],
        !view.initiatorKnown() ? 0 : view.isInitiator(0) ? 1 : 2,
        view.setupUs());
  }

  private static Side side(ConnectionView view, int side, SideCounts counts) {
    return counts.packets() == 0
        ? NOTHING
        : new Side(
            view.direction(side),
            counts.packets(),
            counts.bytes(),
            counts.firstNs(),
            counts.lastNs(),
            counts.tcpFlags(),
            counts.synAckSeen(),
            counts.dropPoint());
  }

  private static Key key(ConnectionView view) {
    boolean ipv6 = view.isIpv6();
    return new Key(
        view.portIndex(),
        view.protocol(),
        view.vlan(),
        ipv6,
        ipv6 ? view.address6High(0) : 0,
        ipv6 ? view.address6Low(0) : view.address4(0) & 0xffff_ffffL,
        ipv6 ? view.address6High(1) : 0,
        ipv6 ? view.address6Low(1) : view.address4(1) & 0xffff_ffffL,
        view.localPort(),
        view.remotePort());
  }

  @Override
  public void onOverflow(OverflowView overflow) {
    assertTrue(open, "a folded row outside of a cut");
    last().overflow().add(overflow);
  }

  @Override
  public void onCutComplete() {
    assertTrue(open, "the end of no cut");
    open = false;
  }

  boolean isOpen() {
    return open;
  }

  Cut last() {
    return cuts.get(cuts.size() - 1);
  }

  /** Returns the row of the only connection of the last cut. */
  Row only() {
    assertTrue(last().rows().size() == 1, () -> "rows: " + last().rows());
    return last().rows().values().iterator().next();
  }
}
