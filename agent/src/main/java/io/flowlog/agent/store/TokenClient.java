package io.flowlog.agent.store;

/** Asks an identity service for a token. */
@FunctionalInterface
interface TokenClient {
  /**
   * Returns a new token.
   *
   * @throws StoreException when there is none, always {@code NOT_AUTHENTICATED}
   */
  Token fetch() throws StoreException;
}
