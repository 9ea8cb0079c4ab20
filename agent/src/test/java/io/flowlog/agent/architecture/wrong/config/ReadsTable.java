package io.flowlog.agent.architecture.wrong.config;

import io.flowlog.agent.architecture.wrong.flow.Table;

/** Looks at more of a package than its settings. */
public final class ReadsTable {
  public Table table() {
    return new Table();
  }
}
