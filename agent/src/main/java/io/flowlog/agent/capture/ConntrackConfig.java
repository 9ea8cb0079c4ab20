package io.flowlog.agent.capture;

/**
 * Whether conntrack is asked what a tap cannot know, and how much of its answer is kept.
 *
 * @param mode as with drops
 * @param connectionsMax how many translated connections are known at a time
 */
public record ConntrackConfig(DropConfig.Mode mode, int connectionsMax) {
  public static final int CONNECTIONS_MIN = 1 << 10;
  public static final int CONNECTIONS_MAX = 1 << 24;

  /** Returns the settings of a host that says nothing. */
  public static ConntrackConfig defaults() {
    return new ConntrackConfig(DropConfig.Mode.AUTO, 1 << 16);
  }
}
