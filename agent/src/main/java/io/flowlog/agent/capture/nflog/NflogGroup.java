package io.flowlog.agent.capture.nflog;

import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.LinkType;
import io.flowlog.agent.capture.NflogConfig;
import io.flowlog.agent.capture.NflogConfig.Prefix;
import io.flowlog.agent.capture.drops.DropEntry;
import io.flowlog.bridge.NativeException;
import io.flowlog.bridge.NflogMessages;
import io.flowlog.bridge.NflogSocket;
import org.jspecify.annotations.Nullable;

/** The packets that firewalls log to one group, one after another; owned by one thread. */
public final class NflogGroup implements AutoCloseable {
  /** So long a message may be on its way before it can be received. */
  public static final int DELAY_MS = NflogSocket.DELAY_MS;

  private static final int TYPE_IPV4 = 0x0800;
  private static final int TYPE_IPV6 = 0x86dd;

  private final NflogConfig.Group settings;
  private final NflogSocket socket;
  private final NflogMessages messages;
  private final LogPrefixes prefixes;
  private final SequenceGaps gaps = new SequenceGaps();

  private NflogGroup(NflogConfig.Group settings, NflogSocket socket) {
    this.settings = settings;
    this.socket = socket;
    messages = socket.messages();
    prefixes = new LogPrefixes(settings.prefixes());
  }

  /** Begins to read a group, in the network namespace of the calling thread. */
  public static NflogGroup open(NflogConfig.Group settings) throws NativeException {
    int receiveBytes = (int) settings.receiveBytes();
    return new NflogGroup(settings, NflogSocket.open(settings.number(), receiveBytes));
  }

  /** Gets packets for {@link #next}; false if there are none now. */
  public boolean receive() throws NativeException {
    return socket.receive();
  }

  /** Moves to the next packet that was received, or returns false. */
  public boolean next() {
    boolean moved = messages.next();
    if (moved && messages.hasSequence()) {
      gaps.pass(messages.sequence());
    }
    return moved;
  }

  /** Returns how many packets are missing before this one, of those not asked for before. */
  public long takeLost() {
    return gaps.takeLost();
  }

  /** Returns how often there was no room for packets, since the group was opened. */
  public long overruns() {
    return socket.overruns();
  }

  /** Returns how many datagrams were not messages to their end, since then. */
  public long brokenDatagrams() {
    return messages.brokenDatagrams();
  }

  /** Returns the place of the packet's prefix among those of the group, -1 if it is none. */
  public int prefixPlace() {
    return prefixes.find(messages.buffer(), messages.prefixAt(), messages.prefixBytes());
  }

  /** Returns the prefix at a place, or null if there is none. */
  public @Nullable Prefix prefix(int place) {
    return place < 0 ? null : settings.prefixes().get(place);
  }

  /** Returns the packet's time; 0 if it is not told. */
  public long timestampNs() {
    return messages.timestampNs();
  }

  /** Tells whether the packet is one of IP, and describes its bytes, which are valid for now. */
  public boolean describe(Frame frame) {
    int type = messages.etherType();
    frame.buffer = messages.buffer();
    frame.offset = messages.payloadAt();
    frame.capturedBytes = messages.payloadBytes();
    frame.wireBytes = messages.payloadBytes();
    frame.timestampNs = messages.timestampNs();
    frame.strippedVlan = messages.vlan() == NflogMessages.NONE ? Frame.NO_VLAN : messages.vlan();
    frame.segmentBytes = 0;
    frame.linkType = LinkType.RAW;
    return type == TYPE_IPV4 || type == TYPE_IPV6;
  }

  /** Says between which interfaces the packet was. */
  public void describeWay(DropEntry entry) {
    int output = messages.outputInterface();
    boolean bridged = messages.bridgeOutput() != 0;
    entry.inputInterface =
        messages.bridgeInput() != 0 ? messages.bridgeInput() : messages.inputInterface();
    entry.outputInterface = bridged ? messages.bridgeOutput() : output;
    entry.destinationMac = messages.destinationMac();
    entry.routed = !bridged && output != 0 && !messages.isOfBridgeFamily();
    entry.fromHost = entry.inputInterface == 0;
    entry.copy = false;
    entry.maybeCopy = bridged;
  }

  @Override
  public void close() {
    socket.close();
  }
}
