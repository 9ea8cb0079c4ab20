package io.flowlog.agent.store;

/**
 * A pair of keys by which requests to S3 are signed. The secret half shows nowhere.
 *
 * @param id the public half
 */
record AccessKey(String id, String secret) {
  @Override
  public String toString() {
    return id + ":***";
  }
}
