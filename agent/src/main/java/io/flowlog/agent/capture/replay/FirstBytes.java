package io.flowlog.agent.capture.replay;

import java.util.HexFormat;

/** Guesses what a file is that is no capture file. */
final class FirstBytes {
  private static final int SHOWN_BYTES = 8;

  /** What a kind of file begins with, in hex, its name and the remedy. */
  private enum Kind {
    GZIP("1f8b", "gzip: unpack it first (gunzip)"),
    ZSTD("28b52ffd", "zstd: unpack it first (unzstd)"),
    XZ("fd377a585a00", "xz: unpack it first (unxz)"),
    BZIP2("425a68", "bzip2: unpack it first (bunzip2)"),
    LZ4("04224d18", "lz4: unpack it first (unlz4)"),
    ZIP("504b0304", "zip: unpack it first (unzip)"),
    SNOOP("736e6f6f70000000", "snoop: convert it to pcap first (editcap)"),
    ELF("7f454c46", "a program: give a pcap or pcapng file"),
    PARQUET("50415231", "Parquet: give a pcap or pcapng file");

    final String hex;
    final String text;

    Kind(String hex, String text) {
      this.hex = hex;
      this.text = text;
    }
  }

  private FirstBytes() {}

  /** Returns what the bytes look like and what to do about it. */
  static String describe(byte[] bytes) {
    String hex = HexFormat.of().formatHex(bytes);
    for (Kind kind : Kind.values()) {
      if (hex.startsWith(kind.hex)) {
        return "it looks like " + kind.text;
      }
    }
    if (isText(bytes)) {
      return "it looks like text: give a pcap or pcapng file";
    }
    String shown = hex.substring(0, Math.min(hex.length(), 2 * SHOWN_BYTES));
    return "it begins with the bytes " + shown + ": give a pcap or pcapng file";
  }

  private static boolean isText(byte[] bytes) {
    for (byte b : bytes) {
      boolean blank = b == '\n' || b == '\r' || b == '\t';
      boolean printable = b >= ' ' && b != 0x7F;
      if (!blank && !printable) {
        return false;
      }
    }
    return true;
  }
}
