package io.flowlog.agent.architecture.wrong.record;

import java.sql.Types;

/** Uses the capture library's idea of a time. */
public final class KeepsSqlTime {
  public Class<?> types() {
    return Types.class;
  }
}
