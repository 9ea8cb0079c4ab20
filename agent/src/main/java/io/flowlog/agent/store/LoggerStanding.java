package io.flowlog.agent.store;

/**
 * How a logger stands with its store. Immutable.
 *
 * @param errorType what kind of error; empty if there is none
 * @param errorMessage what failed and what to do, in words; empty if there is no error
 */
public record LoggerStanding(Status status, String errorType, String errorMessage) {
  /** Its store was not asked yet. */
  public static final LoggerStanding BUILD = new LoggerStanding(Status.BUILD, "", "");

  /** Its files go. */
  public static final LoggerStanding ACTIVE = new LoggerStanding(Status.ACTIVE, "", "");

  /** Nothing is collected for it. */
  public static final LoggerStanding INACTIVE = new LoggerStanding(Status.INACTIVE, "", "");

  /** What the control API calls it. */
  public enum Status {
    BUILD,
    ACTIVE,
    INACTIVE,
    ERROR
  }

  /** Returns how a logger stands whose store failed. */
  public static LoggerStanding error(StoreException failure) {
    return new LoggerStanding(
        Status.ERROR, failure.code().errorType(), String.valueOf(failure.getMessage()));
  }
}
