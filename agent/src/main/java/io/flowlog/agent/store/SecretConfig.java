package io.flowlog.agent.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a secret is kept. It is read whenever it is needed, so that a new one counts without a
 * restart, and shows nowhere.
 */
public record SecretConfig(Path file) {
  private static final int BYTES_MAX = 64 << 10;

  /** Returns the secret, without the line end that editors put behind it. */
  public String read() throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(BYTES_MAX + 1);
    }
    if (bytes.length > BYTES_MAX) {
      throw new IOException("it is larger than " + BYTES_MAX + " bytes");
    }
    String text = new String(bytes, StandardCharsets.UTF_8).stripTrailing();
    if (text.isEmpty()) {
      throw new IOException("it is empty");
    }
    return text;
  }

  @Override
  public String toString() {
    return "***";
  }
}
