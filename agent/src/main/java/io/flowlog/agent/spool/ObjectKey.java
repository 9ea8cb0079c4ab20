package io.flowlog.agent.spool;

/**
 * The name of an object below its logger's storage URL: folders and a file name, separated by
 * slashes, not encoded for any protocol.
 */
public record ObjectKey(String text) {
  private static final int CHARACTERS_MAX = 1024;

  public ObjectKey {
    if (text.isEmpty()
        || text.length() > CHARACTERS_MAX
        || text.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("this cannot be the name of an object: '" + text + "'");
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
