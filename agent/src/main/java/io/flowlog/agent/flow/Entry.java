package io.flowlog.agent.flow;

/**
 * The layout of a connection's entry: word offsets in its units and bits of its state word.
 *
 * <p>Side 0 is the local one (the virtual machine; where the direction is unknown, the smaller
 * address), side 1 the remote one; what side 0 sends is counted under side 0. An IPv4 entry is one
 * unit. An IPv6 entry is two, the second of which holds the addresses, and the address word of the
 * first a fingerprint of them.
 */
final class Entry {
  static final int TCP = 6;

  /** Hot words. */
  static final int ADDRESSES = 0;

  /** As in {@code PacketBatch.KEY}, seen from side 0. */
  static final int KEY = 1;

  /** Two words, one per side. */
  static final int BYTES = 2;

  /** 32 bits per side, side 0 low; what overflows is counted in {@link #RARE}. */
  static final int PACKETS = 4;

  /** Two words: each side's last packet, also of earlier slices; 0 before the first. */
  static final int LAST_NS = 5;

  static final int STATE = 7;

  /** Words of the second unit of an IPv6 entry. */
  static final int LOCAL_HIGH = 0;

  static final int LOCAL_LOW = 1;
  static final int REMOTE_HIGH = 2;
  static final int REMOTE_LOW = 3;

  /** Cold words. Two: each side's first packet in the slice. */
  static final int FIRST_NS = 0;

  /** The SYN's time until a FIN is seen; then the sequence number behind each side's FIN. */
  static final int HANDSHAKE = 2;

  /** Set-up time in microseconds plus one, 0 unknown (bits 0-31); carries of the packet counts. */
  static final int RARE = 3;

  static final int CARRY_SHIFT = 32;
  static final int CARRY_BITS = 8;
  static final long CARRY_MASK = (1 << CARRY_BITS) - 1;
  static final long SETUP_MASK = 0xffff_ffffL;

  /** State word: what the unit is. */
  static final long KIND_MASK = 3;

  static final long FREE = 0;
  static final long IPV4 = 1;
  static final long IPV6 = 2;

  /** State word: whether side 0 is known to be the virtual machine. */
  static final long ORIENTED = 1 << 2;

  static final int TCP_STATE_SHIFT = 4;
  static final long TCP_STATE_MASK = 0xf;

  /** TCP flags of the slice, 8 bits per side. */
  static final int FLAGS_SHIFT = 8;

  /** Whether a side sent SYN and ACK in one packet in the slice; one bit per side. */
  static final long SYN_ACK_SEEN = 1L << 24;

  static final int INITIATOR_SHIFT = 26;
  static final long INITIATOR_MASK = 3;
  static final int END_REASON_SHIFT = 28;
  static final long END_REASON_MASK = 3;

  /** One bit per side. */
  static final long FIN_SEEN = 1L << 30;

  static final int TAG_SHIFT = 32;
  static final long TAG_MASK = 0xffff;

  /** One bit per side: its FIN is acknowledged. */
  static final long FIN_ACKNOWLEDGED = 1L << 48;

  /** One bit per side: it sent a SYN in an established connection, maybe to open a new one. */
  static final long SYN_PENDING = 1L << 50;

  /** One bit per side: it was the first to answer a SYN. */
  static final long SYN_ACK_SENDER = 1L << 52;

  /** Something came back from the side that did not open the exchange. */
  static final long ANSWERED = 1L << 54;

  /**
   * TCP: the connection is set up, or its set-up was not seen; so of every entry until its first
   * SYN.
   */
  static final long OPENED = 1L << 55;

  /** Packets of its set-up were counted in the slice. */
  static final long SETUP_COUNTED = 1L << 56;

  /** Dropped packets were counted in the slice. */
  static final long DROPS_COUNTED = 1L << 57;

  /** One bit per side: packets of it were dropped since the entry was made. */
  static final long DROPS_EVER = 1L << 58;

  /** What lives as long as the slice. */
  static final long SLICE_BITS =
      0xffffL << FLAGS_SHIFT | 3 * SYN_ACK_SEEN | SETUP_COUNTED | DROPS_COUNTED;

  /** What lives as long as the connection. */
  static final long CONNECTION_BITS =
      TCP_STATE_MASK << TCP_STATE_SHIFT
          | INITIATOR_MASK << INITIATOR_SHIFT
          | END_REASON_MASK << END_REASON_SHIFT
          | 3 * FIN_SEEN
          | 3 * FIN_ACKNOWLEDGED
          | 3 * SYN_PENDING
          | 3 * SYN_ACK_SENDER
          | ANSWERED
          | OPENED;

  private Entry() {}

  static int tcpState(long state) {
    return (int) (state >>> TCP_STATE_SHIFT & TCP_STATE_MASK);
  }

  static long withTcpState(long state, TcpState tcpState) {
    return (state & ~(TCP_STATE_MASK << TCP_STATE_SHIFT))
        | (long) tcpState.ordinal() << TCP_STATE_SHIFT;
  }

  static int flagsShift(int side) {
    return FLAGS_SHIFT + 8 * side;
  }

  static int carryShift(int side) {
    return CARRY_SHIFT + CARRY_BITS * side;
  }

  static int tcpFlags(long state, int side) {
    return (int) (state >>> flagsShift(side)) & 0xff;
  }

  /** Returns 0 unknown, 1 side 0, 2 side 1. */
  static int initiator(long state) {
    return (int) (state >>> INITIATOR_SHIFT & INITIATOR_MASK);
  }

  static long withInitiator(long state, int side) {
    return (state & ~(INITIATOR_MASK << INITIATOR_SHIFT)) | (side + 1L) << INITIATOR_SHIFT;
  }

  static int endReason(long state) {
    return (int) (state >>> END_REASON_SHIFT & END_REASON_MASK);
  }

  static long withEndReason(long state, EndReason reason) {
    return (state & ~(END_REASON_MASK << END_REASON_SHIFT))
        | (long) reason.ordinal() << END_REASON_SHIFT;
  }

  static int tag(long state) {
    return (int) (state >>> TAG_SHIFT & TAG_MASK);
  }

  static long withTag(long state, int tag) {
    return (state & ~(TAG_MASK << TAG_SHIFT)) | (long) tag << TAG_SHIFT;
  }

  /** Returns the bits of a new connection, or of a new exchange that a side begins. */
  static long fresh(long state, int protocol, int side) {
    long next = state & ~CONNECTION_BITS;
    return protocol == TCP ? next | OPENED : withInitiator(next, side);
  }

  /** Tells whether a bit that exists once per side is set. */
  static boolean has(long state, long perSideBit, int side) {
    return (state & perSideBit << side) != 0;
  }

  /** Returns the packets of a side, carries included. */
  static long packets(long packetsWord, long rareWord, int side) {
    long carries = rareWord >>> carryShift(side) & CARRY_MASK;
    return carries << 32 | (packetsWord >>> (32 * side) & 0xffff_ffffL);
  }
}
