package io.flowlog.agent.api;

/**
 * What a page says. Immutable.
 *
 * @param status the HTTP status
 * @param contentType what the text is, as HTTP names it
 */
record Answer(int status, String contentType, String text) {
  private static final String WORDS = "text/plain; charset=utf-8";

  /** Returns an answer of one line for people. */
  static Answer words(int status, String line) {
    return new Answer(status, WORDS, line + "\n");
  }
}
