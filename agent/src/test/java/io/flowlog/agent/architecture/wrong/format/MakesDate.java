package io.flowlog.agent.architecture.wrong.format;

import java.util.Date;

/** Reads the clock by making a date. */
public final class MakesDate {
  public String now() {
    return String.valueOf(newDate());
  }

  @SuppressWarnings("JavaUtilDate")
  private static Date newDate() {
    return new Date();
  }
}
