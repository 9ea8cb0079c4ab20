package io.flowlog.agent.cli.demo;

/** A machine in the demo's traffic: how frames and packets name it. */
record Machine(String mac, String address) {
  /** Returns one of the machine's layer 4 ports. */
  Endpoint at(int port) {
    return new Endpoint(this, port);
  }

  /** Starts a frame with an IP header from this machine to another. */
  FrameBuilder frameTo(Machine other) {
    FrameBuilder frame = FrameBuilder.ethernet(mac, other.mac);
    return address.indexOf(':') < 0
        ? frame.ipv4(address, other.address)
        : frame.ipv6(address, other.address);
  }

  /** One end of a conversation. */
  record Endpoint(Machine machine, int port) {}
}
