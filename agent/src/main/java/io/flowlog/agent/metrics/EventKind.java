package io.flowlog.agent.metrics;

/** What the agent's own log speaks of; a kind is a label in the metrics and speaks in its turn. */
public enum EventKind {
  /** The program begins, with what. */
  STARTED("started"),
  /** It does its work from now on. */
  READY("ready"),
  /** Settings, loggers and ports were read again. */
  RELOADED("reloaded"),
  /** It was asked to end, and how that went. */
  STOPPING("stopping"),
  /** A setting, a logger or a port that cannot be used as it is declared. */
  DECLARATION("declaration"),
  /** A setting with which the agent works, but not as one that is in use should. */
  SETTING("setting"),
  /** The host refuses or lacks something that the agent needs. */
  HOST("host"),
  /** A port that cannot be captured, or not any more. */
  CAPTURE("capture"),
  /** Frames or drop reports that were not handed over. */
  LOSS("loss"),
  /** The wall clock was set. */
  CLOCK("clock"),
  /** Files on this host that cannot be written or read. */
  SPOOL("spool"),
  /** Rows that will never be stored. */
  DISCARDED("discarded"),
  /** An object store that does not take what it should. */
  STORE("store"),
  /** A thread that ended by a mistake in the program. */
  WORKER("worker"),
  /** The service manager cannot be told. */
  SERVICE_MANAGER("service_manager"),
  /** Changes in a folder of declarations may not be noticed. */
  FOLDER_WATCH("folder_watch");

  private final String label;

  EventKind(String label) {
    this.label = label;
  }

  /** Returns the kind's name in the metrics and in the log. */
  public String label() {
    return label;
  }
}
