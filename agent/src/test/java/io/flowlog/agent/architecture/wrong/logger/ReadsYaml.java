package io.flowlog.agent.architecture.wrong.logger;

import org.snakeyaml.engine.v2.api.LoadSettings;

/** Uses the YAML library outside its home. */
public final class ReadsYaml {
  public Class<?> library() {
    return LoadSettings.class;
  }
}
