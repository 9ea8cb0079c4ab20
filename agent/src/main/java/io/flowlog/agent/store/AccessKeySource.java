package io.flowlog.agent.store;

import io.flowlog.agent.store.StoreException.Code;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The access key of one identity: the configured one, or one that Keystone has for its user and
 * project. Any thread may ask.
 *
 * <p>One is made only where there is none, and found again afterwards, also by other hosts: vendors
 * allow three.
 */
final class AccessKeySource {
  private final IdentityConfig identity;
  private final @Nullable KeystoneClient keystone;
  private final @Nullable TokenSource tokens;
  private @Nullable AccessKey key;

  private AccessKeySource(
      IdentityConfig identity, @Nullable KeystoneClient keystone, @Nullable TokenSource tokens) {
    this.identity = identity;
    this.keystone = keystone;
    this.tokens = tokens;
  }

  /** Makes the source of an identity whose key is configured. */
  static AccessKeySource configured(IdentityConfig identity) {
    return new AccessKeySource(identity, null, null);
  }

  /** Makes the source of an identity whose key Keystone keeps. */
  static AccessKeySource kept(
      IdentityConfig identity, KeystoneClient keystone, TokenSource tokens) {
    return new AccessKeySource(identity, keystone, tokens);
  }

  /** Returns the key. */
  AccessKey current() throws StoreException {
    return other(null);
  }

  /** Returns a key after a store has refused one: it may have been replaced. */
  AccessKey renewed(AccessKey refused) throws StoreException {
    return other(refused);
  }

  private synchronized AccessKey other(@Nullable AccessKey refused) throws StoreException {
    AccessKey known = key;
    if (known == null || known.equals(refused)) {
      known = keystone == null || tokens == null ? ofConfig() : ofKeystone(keystone, tokens);
      key = known;
    }
    return known;
  }

  private AccessKey ofConfig() throws StoreException {
    try {
      return new AccessKey(identity.accessKey(), identity.secret().read());
    } catch (IOException e) {
      throw new StoreException(
          Code.NOT_AUTHENTICATED,
          "the secret of identity '"
              + identity.name()
              + "' cannot be read: check "
              + identity.secret().file(),
          e);
    }
  }

  private AccessKey ofKeystone(KeystoneClient client, TokenSource source) throws StoreException {
    Token token = source.current();
    List<JsonTree> found;
    try {
      found = client.accessKeys(token);
    } catch (StoreException e) {
      // revoked, perhaps
      token = source.renewed(token);
      found = client.accessKeys(token);
    }
    try {
      // the first by name, so that all hosts take the same
      JsonTree chosen =
          found.stream()
              .min(Comparator.comparing(one -> String.valueOf(one.textOrNull("access"))))
              .orElse(null);
      JsonTree used = chosen == null ? client.makeAccessKey(token) : chosen;
      return new AccessKey(used.text("access"), used.text("secret"));
    } catch (StoreException e) {
      throw e;
    } catch (IOException e) {
      throw new StoreException(
          Code.NOT_AUTHENTICATED,
          "the identity service's list of access keys is malformed: check the url of identity '"
              + identity.name()
              + "'",
          e);
    }
  }
}
