package io.flowlog.agent.worker.host;

/**
 * Something about this host that bears on the records.
 *
 * @param topic what it is about, in a word or two
 * @param fact what is so
 * @param meaning what follows for the records
 * @param remedy what to do; empty if nothing has to be done
 */
public record HostFact(
    String topic, Standing standing, String fact, String meaning, String remedy) {
  /** Whether the agent can do its work with it. */
  public enum Standing {
    GOOD("good"),
    /** The agent works, but tells less, or at a higher price. */
    LIMITED("limited"),
    /** The agent does not start as it is configured. */
    IMPOSSIBLE("impossible");

    private final String label;

    Standing(String label) {
      this.label = label;
    }

    /** Returns what people read. */
    public String label() {
      return label;
    }
  }

  /** Makes one that needs nothing to be done. */
  static HostFact good(String topic, String fact, String meaning) {
    return new HostFact(topic, Standing.GOOD, fact, meaning, "");
  }

  /**
   * Makes one of a line that ends in a remedy.
   *
   * @param line {@code what: remedy}; there may be colons in the first part
   */
  static HostFact ofLine(String topic, Standing standing, String line, String meaning) {
    int colon = line.lastIndexOf(": ");
    return colon < 0
        ? new HostFact(topic, standing, line, meaning, "")
        : new HostFact(
            topic, standing, line.substring(0, colon), meaning, line.substring(colon + 2));
  }

  /** Returns the fact without its consequences. */
  public String shortForm() {
    return topic + ": " + standing.label() + ": " + fact;
  }
}
