package io.flowlog.agent.logger;

import io.flowlog.agent.port.FieldException;
import io.flowlog.agent.port.FieldProblem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks the templates by which folders and files are named. */
final class NameTemplates {
  private static final List<String> FOLDER_VARIABLES = List.of("year", "month", "day", "hour");
  private static final List<String> FILE_VARIABLES =
      List.of("logger_id", "year", "month", "day", "hour", "minute", "second");
  private static final Pattern VARIABLE = Pattern.compile("#\\{([^}]*)}");
  private static final Pattern FOLDER_LITERAL = Pattern.compile("[0-9A-Za-z/_:=-]*");
  private static final int FOLDER_CHARACTERS_MAX = 255;

  /**
   * A file system takes names of 255 bytes; the variables, host, start, part and extension need up
   * to 155.
   */
  private static final int FILE_LITERAL_BYTES_MAX = 100;

  private NameTemplates() {}

  /** Checks a partition_period. */
  static String folder(String text) throws FieldException {
    if (text.equals("DAY") || text.equals("HOUR")) {
      return text;
    }
    List<String> variables = variables(text, FOLDER_VARIABLES);
    String example = "use DAY, HOUR, or e.g. year=#{year}/month=#{month}/day=#{day}";
    if (variables.isEmpty() || text.length() > FOLDER_CHARACTERS_MAX) {
      throw new FieldException(
          FieldProblem.quote(text) + " is neither a known period nor a template", example);
    }
    String literal = VARIABLE.matcher(text).replaceAll("");
    if (!FOLDER_LITERAL.matcher(literal).matches()) {
      throw new FieldException(
          FieldProblem.quote(text) + " has a character that folders cannot have",
          "use letters, digits and / - _ : = around the variables");
    }
    if (text.startsWith("/") || text.endsWith("/") || text.contains("//")) {
      throw new FieldException(
          FieldProblem.quote(text) + " has a folder without a name",
          "write one / between folders, none at either end");
    }
    return text;
  }

  /** Checks a customized_file_name. */
  static String file(String text) throws FieldException {
    List<String> variables = variables(text, FILE_VARIABLES);
    for (String variable : FILE_VARIABLES) {
      long times = variables.stream().filter(variable::equals).count();
      if (times != 1) {
        throw new FieldException(
            (times == 0 ? "lacks " : "repeats ") + "#{" + variable + "}",
            "use each of #{" + String.join("} #{", FILE_VARIABLES) + "} exactly once");
      }
    }
    String literal = VARIABLE.matcher(text).replaceAll("");
    if (literal.chars().anyMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c))) {
      throw new FieldException(
          FieldProblem.quote(text) + " has a character that file names cannot have",
          "leave out slashes and control characters; partition_period makes folders");
    }
    if (literal.getBytes(StandardCharsets.UTF_8).length > FILE_LITERAL_BYTES_MAX) {
      throw new FieldException(
          "is too long",
          "use at most " + FILE_LITERAL_BYTES_MAX + " bytes of text besides the variables");
    }
    return text;
  }

  private static List<String> variables(String text, List<String> known) throws FieldException {
    List<String> variables = new ArrayList<>();
    Matcher matcher = VARIABLE.matcher(text);
    while (matcher.find()) {
      if (!known.contains(matcher.group(1))) {
        throw new FieldException(
            FieldProblem.quote(matcher.group()) + " is no variable here",
            "known are #{" + String.join("} #{", known) + "}");
      }
      variables.add(matcher.group(1));
    }
    if (VARIABLE.matcher(text).replaceAll("").contains("#{")) {
      throw new FieldException(
          FieldProblem.quote(text) + " has a variable that does not end", "close it: #{year}");
    }
    return variables;
  }
}
