package io.flowlog.agent.worker;

import io.flowlog.agent.capture.DropReport;
import io.flowlog.agent.decode.PacketBatch;
import io.flowlog.agent.port.IpAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/** The networks whose packets are in no record. Immutable. */
final class ExcludedNetworks {
  private final long[] highs;
  private final long[] lows;
  private final long[] highMasks;
  private final long[] lowMasks;
  private final boolean[] ipv6;

  /** Makes the set of some networks in CIDR form that have been checked. */
  ExcludedNetworks(List<String> networks) {
    int count = networks.size();
    highs = new long[count];
    lows = new long[count];
    highMasks = new long[count];
    lowMasks = new long[count];
    ipv6 = new boolean[count];
    for (int i = 0; i < count; i++) {
      set(i, networks.get(i));
    }
  }

  private void set(int i, String network) {
    int slash = network.indexOf('/');
    byte[] address = Objects.requireNonNull(IpAddress.parse(network.substring(0, slash)), network);
    int prefixBits = Integer.parseInt(network.substring(slash + 1));
    ipv6[i] = address.length == 16;
    if (ipv6[i]) {
      highs[i] = ByteBuffer.wrap(address).getLong();
      lows[i] = ByteBuffer.wrap(address).getLong(8);
      highMasks[i] = mask(prefixBits);
      lowMasks[i] = mask(prefixBits - 64);
    } else {
      lows[i] = ByteBuffer.wrap(address).getInt() & 0xffff_ffffL;
      // An IPv4 address fills only half a word: what is before it is zero in all of them.
      highMasks[i] = -1;
      lowMasks[i] = mask(prefixBits + 32);
    }
  }

  /** Returns a word whose first bits are set. */
  private static long mask(int bits) {
    if (bits <= 0) {
      return 0;
    }
    return bits >= 64 ? -1 : -1L << (64 - bits);
  }

  /** Tells whether there are none. */
  boolean isEmpty() {
    return ipv6.length == 0;
  }

  /** Tells whether the last packet of a batch comes from or goes to one of them. */
  boolean containLast(PacketBatch batch) {
    long[] words = batch.words();
    int base = (batch.size() - 1) * PacketBatch.STRIDE;
    long source = words[base + PacketBatch.SOURCE_LOW];
    long destination = words[base + PacketBatch.DESTINATION_LOW];
    for (int i = 0; i < ipv6.length; i++) {
      // Seen for every packet: the lower halves alone rule out almost all.
      long mask = lowMasks[i];
      boolean fromThere = ((source ^ lows[i]) & mask) == 0;
      boolean goesThere = ((destination ^ lows[i]) & mask) == 0;
      if ((fromThere || goesThere)
          && ipv6[i] == PacketBatch.isIpv6(words[base + PacketBatch.KEY])
          && ((fromThere && isHigh(i, words[base + PacketBatch.SOURCE_HIGH]))
              || (goesThere && isHigh(i, words[base + PacketBatch.DESTINATION_HIGH])))) {
        return true;
      }
    }
    return false;
  }

  /** Tells the same of packets that the host dropped. */
  boolean contain(DropReport drop) {
    for (int i = 0; i < ipv6.length; i++) {
      if (ipv6[i] == drop.ipv6
          && (contains(i, drop.sourceHigh, drop.sourceLow)
              || contains(i, drop.destinationHigh, drop.destinationLow))) {
        return true;
      }
    }
    return false;
  }

  private boolean contains(int i, long high, long low) {
    return isHigh(i, high) && ((low ^ lows[i]) & lowMasks[i]) == 0;
  }

  private boolean isHigh(int i, long high) {
    return ((high ^ highs[i]) & highMasks[i]) == 0;
  }
}
