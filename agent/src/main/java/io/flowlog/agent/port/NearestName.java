package io.flowlog.agent.port;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Guesses which of the known names a misspelt one was meant to be. */
public final class NearestName {
  private static final int NAME_CHARACTERS_MAX = 100;

  private NearestName() {}

  /** Returns the known name nearest to the given one, or null if none is near. */
  public static @Nullable String of(String name, Collection<String> known) {
    if (name.length() > NAME_CHARACTERS_MAX) {
      return null;
    }
    String wanted = name.toLowerCase(Locale.ROOT);
    String nearest = null;
    int distanceBest = Math.max(2, name.length() / 3) + 1;
    for (String candidate : known) {
      int distance = distance(wanted, candidate.toLowerCase(Locale.ROOT));
      if (distance < distanceBest && distance < candidate.length()) {
        nearest = candidate;
        distanceBest = distance;
      }
    }
    return nearest;
  }

  /** Returns a remedy that proposes the nearest name, or else lists all of them. */
  public static String remedy(String name, Collection<String> known) {
    String nearest = of(name, known);
    if (nearest != null) {
      return "did you mean " + nearest + "?";
    }
    return known.isEmpty() ? "remove it" : "known are " + String.join(", ", known);
  }

  /** Counts the letters to insert, remove or replace to get from one text to the other. */
  private static int distance(String left, String right) {
    int[] row = new int[right.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= left.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replaced = diagonal + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[right.length()];
  }
}
