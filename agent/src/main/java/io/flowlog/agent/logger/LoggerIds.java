package io.flowlog.agent.logger;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/** Gives what was declared without an id, or has none of its own, one that stays the same. */
public final class LoggerIds {
  /** Made once at random for this purpose; another value would rename every stored file. */
  private static final UUID NAMESPACE = UUID.fromString("5b0d0f0e-8f6b-4c53-9d0e-6f2f7f1c9a44");

  private LoggerIds() {}

  /**
   * Returns the id of a logger by where it is declared: a UUID of version 5.
   *
   * @param fileName the file's name without its folder, so that all hosts derive the same id
   * @param index the logger's place in the file; the first one's id depends on the name only
   */
  public static UUID ofFile(String fileName, int index) {
    String name = index == 0 ? fileName : fileName + "#" + index;
    return derived(NAMESPACE, name);
  }

  /**
   * Returns the id of a logging port as one logger sees it: a UUID of version 5 in the logger's
   * name space, so that nobody has to remember it.
   */
  public static UUID ofLoggingPort(UUID loggerId, String portId) {
    return derived(loggerId, portId);
  }

  private static UUID derived(UUID namespace, String name) {
    MessageDigest sha1;
    try {
      sha1 = MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
    sha1.update(
        ByteBuffer.allocate(16)
            .putLong(namespace.getMostSignificantBits())
            .putLong(namespace.getLeastSignificantBits())
            .flip());
    ByteBuffer hash = ByteBuffer.wrap(sha1.digest(name.getBytes(StandardCharsets.UTF_8)));
    long high = (hash.getLong() & ~0xf000L) | 0x5000L;
    long low = (hash.getLong() & ~(3L << 62)) | (2L << 62);
    return new UUID(high, low);
  }
}
