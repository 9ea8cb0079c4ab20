package io.flowlog.bridge;

/**
 * A connection as conntrack tells of it: a cursor that is filled anew for each. Owned by who reads
 * the messages; what it says is valid during the call that hands it over.
 */
public final class TrackedConnection {
  final Way original = new Way();
  final Way reply = new Way();
  int family;
  int id;
  int zone;
  int status;
  int tcpState;

  TrackedConnection() {}

  /** What packets carry that go one way. Addresses of IPv4 are in the lower half. */
  public static final class Way {
    int protocol;
    long sourceHigh;
    long sourceLow;
    long destinationHigh;
    long destinationLow;
    int sourcePort;
    int destinationPort;

    Way() {}

    void clear() {
      protocol = 0;
      sourceHigh = 0;
      sourceLow = 0;
      destinationHigh = 0;
      destinationLow = 0;
      sourcePort = 0;
      destinationPort = 0;
    }

    /** Returns the IP protocol number. */
    public int protocol() {
      return protocol;
    }

    public long sourceHigh() {
      return sourceHigh;
    }

    public long sourceLow() {
      return sourceLow;
    }

    public long destinationHigh() {
      return destinationHigh;
    }

    public long destinationLow() {
      return destinationLow;
    }

    /** Returns the layer 4 port; 0 of protocols without. */
    public int sourcePort() {
      return sourcePort;
    }

    /** Returns the layer 4 port; 0 of protocols without. */
    public int destinationPort() {
      return destinationPort;
    }
  }

  void clear() {
    original.clear();
    reply.clear();
    family = 0;
    id = 0;
    zone = 0;
    status = 0;
    tcpState = 0;
  }

  /** Returns what the packets of who opened it carry where they come from. */
  public Way original() {
    return original;
  }

  /** Returns what the answers carry where they come from. */
  public Way reply() {
    return reply;
  }

  public boolean isIpv6() {
    return family == Abi.AF_INET6;
  }

  /** Returns what tells it from others that follow it with the same addresses and ports. */
  public int id() {
    return id;
  }

  /** Returns the space of addresses that it is in, 0 if that is everybody's. */
  public int zone() {
    return zone;
  }

  /** Tells whether an address or port of it is translated. */
  public boolean isTranslated() {
    return (status & (Abi.IPS_SRC_NAT | Abi.IPS_DST_NAT)) != 0;
  }

  /** Tells whether an answer was seen. */
  public boolean isAnswered() {
    return (status & Abi.IPS_SEEN_REPLY) != 0;
  }

  /** Tells whether it is TCP, and open. */
  public boolean isEstablished() {
    return tcpState == Abi.TCP_CONNTRACK_ESTABLISHED;
  }

  /** Tells whether it is TCP, was open, and is being closed. */
  public boolean isClosing() {
    return tcpState > Abi.TCP_CONNTRACK_ESTABLISHED && tcpState <= Abi.TCP_CONNTRACK_LAST_ACK;
  }
}
