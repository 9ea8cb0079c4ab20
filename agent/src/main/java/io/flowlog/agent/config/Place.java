package io.flowlog.agent.config;

/** Where a value was written. {@code line} is 0 where there are no lines, as with {@code --set}. */
record Place(String file, int line) {
  @Override
  public String toString() {
    return line > 0 ? file + ":" + line : file;
  }
}
