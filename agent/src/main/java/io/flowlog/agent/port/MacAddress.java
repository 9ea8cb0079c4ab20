package io.flowlog.agent.port;

import java.util.HexFormat;
import java.util.regex.Pattern;

/** Reads Ethernet addresses in their usual spellings. */
public final class MacAddress {
  private static final Pattern SPELLINGS =
      Pattern.compile(
          "[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}"
              + "|[0-9a-fA-F]{2}(-[0-9a-fA-F]{2}){5}"
              + "|[0-9a-fA-F]{4}([.][0-9a-fA-F]{4}){2}"
              + "|[0-9a-fA-F]{12}");
  private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

  private MacAddress() {}

  /** Returns the address of an interface in lower case with colons. */
  public static String canonical(String text) throws FieldException {
    if (!SPELLINGS.matcher(text).matches()) {
      throw new FieldException(
          FieldProblem.quote(text) + " is not a MAC address", "write it like fa:16:3e:12:34:56");
    }
    byte[] bytes = HexFormat.of().parseHex(text.replaceAll("[:.-]", ""));
    String canonical = COLONS.formatHex(bytes);
    if ((bytes[0] & 1) != 0 || canonical.equals("00:00:00:00:00:00")) {
      throw new FieldException(
          FieldProblem.quote(text) + " is no interface's address",
          "write the port's own address, not a group or zero address");
    }
    return canonical;
  }
}
