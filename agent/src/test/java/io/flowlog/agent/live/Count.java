package io.flowlog.agent.live;

/** How much of something there was. */
record Count(long packets, long bytes) {
  Count plus(Count other) {
    return new Count(packets + other.packets, bytes + other.bytes);
  }

  @Override
  public String toString() {
    return packets + " packets, " + bytes + " B";
  }
}
