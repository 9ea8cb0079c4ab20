package io.flowlog.agent.architecture.wrong.decode;

import io.flowlog.agent.architecture.wrong.flow.Table;

/** Imports a package that its row does not name, and closes a cycle. */
public final class LooksAtTheTable {
  public Table table() {
    return new Table();
  }
}
