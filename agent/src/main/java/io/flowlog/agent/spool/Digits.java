package io.flowlog.agent.spool;

/** Numbers in names: with leading zeroes, so that names sort as the numbers do. */
final class Digits {
  private Digits() {}

  /** Returns a number that is not negative, at least so many digits wide. */
  static String padded(int width, long number) {
    String digits = Long.toString(number);
    return "0".repeat(Math.max(0, width - digits.length())) + digits;
  }
}
