package io.flowlog.agent.port;

/** Says why a text is no value of its kind; {@link FieldReader} adds the field. */
public final class FieldException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String what;
  private final String remedy;

  /** Makes one from the two halves of a problem's line. */
  public FieldException(String what, String remedy) {
    super(what + ": " + remedy, null, false, false);
    this.what = what;
    this.remedy = remedy;
  }

  /** Returns what is wrong. */
  public String what() {
    return what;
  }

  /** Returns what to do about it. */
  public String remedy() {
    return remedy;
  }
}
