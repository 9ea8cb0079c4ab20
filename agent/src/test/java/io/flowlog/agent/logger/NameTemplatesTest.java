package io.flowlog.agent.logger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.flowlog.agent.port.FieldException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NameTemplatesTest {
  private static final String VARIABLES =
      "#{logger_id}#{year}#{month}#{day}#{hour}#{minute}#{second}";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DAY",
        "HOUR",
        "#{year}",
        "year=#{year}/month=#{month}/day=#{day}",
        "a-b_c:d/#{hour}"
      })
  void shouldTakeFolderTemplates(String text) throws FieldException {
    assertEquals(text, NameTemplates.folder(text));
  }

  @ParameterizedTest
  @CsvSource({
    "WEEK, '\"WEEK\" is neither a known period nor a template'",
    "day, '\"day\" is neither a known period nor a template'",
    "'', '\"\" is neither a known period nor a template'",
    "#{minute}, '\"#{minute}\" is no variable here'",
    "#{}, '\"#{}\" is no variable here'",
    "#{year}/#{month, '\"#{year}/#{month\" has a variable that does not end'",
    "../#{year}, '\"../#{year}\" has a character that folders cannot have'",
    "#{year} #{day}, '\"#{year} #{day}\" has a character that folders cannot have'",
    "/#{year}, '\"/#{year}\" has a folder without a name'",
    "#{year}/, '\"#{year}/\" has a folder without a name'",
    "a//#{year}, '\"a//#{year}\" has a folder without a name'",
  })
  void shouldRefuseFolderTemplates(String text, String what) {
    FieldException e = assertThrows(FieldException.class, () -> NameTemplates.folder(text));
    assertEquals(what, e.what());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "log ", "\ub85c\uadf8:", ".", "#"})
  void shouldTakeFileTemplates(String literal) throws FieldException {
    assertEquals(literal + VARIABLES, NameTemplates.file(literal + VARIABLES));
  }

  @ParameterizedTest
  @ValueSource(strings = {"logger_id", "year", "month", "day", "hour", "minute", "second"})
  void shouldRequireEachVariableOnce(String variable) {
    String reference = "#{" + variable + "}";
    FieldException lacks =
        assertThrows(
            FieldException.class, () -> NameTemplates.file(VARIABLES.replace(reference, "")));
    assertEquals("lacks " + reference, lacks.what());
    FieldException repeats =
        assertThrows(FieldException.class, () -> NameTemplates.file(VARIABLES + reference));
    assertEquals("repeats " + reference, repeats.what());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/", "\\", "\n", "\u0000"})
  void shouldRefuseCharactersThatFileNamesCannotHave(String literal) {
    FieldException e =
        assertThrows(FieldException.class, () -> NameTemplates.file(literal + VARIABLES));
    assertEquals(
        "leave out slashes and control characters; partition_period makes folders", e.remedy());
  }

  @Test
  void shouldRefuseAFileNameThatNoFileSystemTakes() {
    FieldException e =
        assertThrows(FieldException.class, () -> NameTemplates.file("x".repeat(101) + VARIABLES));
    assertEquals("use at most 100 bytes of text besides the variables", e.remedy());
  }
}
