package io.flowlog.agent.format;

/**
 * Settings of files.
 *
 * @param csvHeader whether a CSV file starts with a line of field names
 * @param rowsPerFile how many rows a file may have before the interval goes on in another part
 */
public record FormatConfig(boolean csvHeader, int rowsPerFile) {
  /** The most that {@code rows_per_file} may be. */
  public static final int ROWS_PER_FILE_MAX = 1_000_000_000;

  /** Returns the settings of a host that says nothing. */
  public static FormatConfig defaults() {
    return new FormatConfig(true, 20_000);
  }
}
