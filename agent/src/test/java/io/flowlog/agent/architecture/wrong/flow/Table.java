package io.flowlog.agent.architecture.wrong.flow;

import io.flowlog.agent.architecture.wrong.decode.Packet;

/** A table, which imports what it may. */
public final class Table {
  public Packet packet() {
    return new Packet();
  }
}
