package io.flowlog.agent.architecture.wrong.config;

import io.flowlog.agent.architecture.wrong.flow.TableConfig;

/** Looks at the settings of a package, as it may. */
public final class ReadsSettings {
  public TableConfig settings() {
    return new TableConfig(1);
  }
}
