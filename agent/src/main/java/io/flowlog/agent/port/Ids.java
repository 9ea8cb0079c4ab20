package io.flowlog.agent.port;

import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;

/** Reads the identifiers of a cloud in their two spellings: UUID, or 32 hexadecimal digits. */
public final class Ids {
  private static final Pattern DASHED =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final Pattern BARE = Pattern.compile("[0-9a-fA-F]{32}");

  private Ids() {}

  /** Reads a UUID with its dashes. */
  public static UUID uuid(String text) throws FieldException {
    // UUID.fromString alone would take "1-2-3-4-5" for one.
    if (!DASHED.matcher(text).matches()) {
      throw new FieldException(
          FieldProblem.quote(text) + " is not a UUID",
          "write it like 1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d");
    }
    return UUID.fromString(text);
  }

  /** Reads either spelling and returns the one with dashes, in lower case. */
  public static String resourceId(String text) throws FieldException {
    String bare = bare(text);
    return String.join(
        "-",
        bare.substring(0, 8),
        bare.substring(8, 12),
        bare.substring(12, 16),
        bare.substring(16, 20),
        bare.substring(20));
  }

  /** Reads either spelling and returns the one without dashes, as identity services write it. */
  public static String projectId(String text) throws FieldException {
    return bare(text);
  }

  private static String bare(String text) throws FieldException {
    if (!DASHED.matcher(text).matches() && !BARE.matcher(text).matches()) {
      throw new FieldException(
          FieldProblem.quote(text) + " is not an id",
          "write a UUID, or 32 hexadecimal digits without dashes");
    }
    return text.replace("-", "").toLowerCase(Locale.ROOT);
  }
}
