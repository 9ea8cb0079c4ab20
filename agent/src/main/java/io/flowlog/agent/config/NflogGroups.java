package io.flowlog.agent.config;

import io.flowlog.agent.capture.Direction;
import io.flowlog.agent.capture.NflogConfig;
import io.flowlog.agent.capture.NflogConfig.Group;
import io.flowlog.agent.capture.NflogConfig.Prefix;
import io.flowlog.agent.capture.NflogConfig.Verdict;
import io.flowlog.agent.port.FieldException;
import io.flowlog.agent.port.FieldProblem;
import io.flowlog.agent.port.FieldReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code capture.nflog}: which groups firewalls log to, and what their prefixes mean. */
final class NflogGroups {
  private static final String EVERYTHING = "*";

  private NflogGroups() {}

  /** Reads all groups that are listed. */
  static NflogConfig read(List<FieldReader> entries) {
    List<Group> groups = new ArrayList<>();
    for (FieldReader entry : entries) {
      Group group = group(entry);
      if (group == null) {
        continue;
      }
      if (groups.stream().anyMatch(other -> other.number() == group.number())) {
        entry.problem("group", group.number() + " is listed already", "put all prefixes into one");
      }
      groups.add(group);
    }
    return new NflogConfig(groups);
  }

  private static @Nullable Group group(FieldReader reader) {
    Long number = reader.integer("group", 0, NflogConfig.GROUP_MAX);
    Long receiveBytes =
        reader.amount(
            "receive_bytes",
            Units.sizeBytes(NflogConfig.RECEIVE_BYTES_MIN, NflogConfig.RECEIVE_BYTES_MAX));
    List<Prefix> prefixes = new ArrayList<>();
    List<FieldReader> entries = reader.objects("prefixes");
    for (FieldReader entry : entries) {
      Prefix prefix = prefix(entry);
      if (prefix != null) {
        add(prefix, prefixes, entry);
      }
    }
    if (!reader.has("group")) {
      reader.problem("group", "is required", "write the number that the firewall's rules log to");
    }
    if (entries.isEmpty()) {
      reader.problem(
          "prefixes", "is empty", "list what the rules write before a packet, with its verdict");
    }
    reader.refuseUnknown();
    return number == null
        ? null
        : new Group(
            number.intValue(),
            receiveBytes == null ? NflogConfig.RECEIVE_BYTES : receiveBytes,
            prefixes);
  }

  private static @Nullable Prefix prefix(FieldReader reader) {
    String pattern = reader.value("pattern", NflogGroups::pattern);
    Verdict verdict = reader.choice("verdict", Verdict.class);
    Direction direction = reader.value("direction", NflogGroups::direction);
    if (!reader.has("pattern")) {
      reader.problem("pattern", "is required", "write the prefix, or its beginning and *");
    }
    if (!reader.has("verdict")) {
      reader.problem("verdict", "is required", "write ACCEPT or DROP");
    }
    reader.refuseUnknown();
    return pattern == null || verdict == null
        ? null
        : new Prefix(pattern, verdict, direction == null ? Direction.UNKNOWN : direction);
  }

  private static void add(Prefix prefix, List<Prefix> prefixes, FieldReader reader) {
    for (Prefix earlier : prefixes) {
      if (earlier.covers(prefix)) {
        reader.problem(
            "pattern",
            FieldProblem.quote(prefix.pattern())
                + " never counts: "
                + FieldProblem.quote(earlier.pattern())
                + " before it fits everything that it fits",
            "put it first, or remove it");
        return;
      }
    }
    prefixes.add(prefix);
  }

  private static String pattern(String text) throws FieldException {
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    int star = text.indexOf(EVERYTHING);
    boolean starInside = star >= 0 && star < text.length() - 1;
    if (text.isEmpty()
        || starInside
        || bytes > NflogConfig.PATTERN_BYTES_MAX
        || text.chars().anyMatch(Character::isISOControl)) {
      throw new FieldException(
          FieldProblem.quote(text) + " is not the prefix of a rule",
          "write 1 to "
              + NflogConfig.PATTERN_BYTES_MAX
              + " characters as in the rule, or the first ones and * at the end");
    }
    return text;
  }

  private static Direction direction(String text) throws FieldException {
    return switch (text) {
      case "ingress" -> Direction.INGRESS;
      case "egress" -> Direction.EGRESS;
      case "both" -> Direction.UNKNOWN;
      default ->
          throw new FieldException(
              FieldProblem.quote(text) + " is not a known value",
              "use both, ingress (to the virtual machine), egress (from it)");
    };
  }
}
