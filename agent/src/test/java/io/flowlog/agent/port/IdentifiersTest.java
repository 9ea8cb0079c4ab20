package io.flowlog.agent.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids, MAC addresses, and the guess what a misspelt name was meant to be. */
class IdentifiersTest {
  private static final String DASHED = "1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d";
  private static final String BARE = "1a2b3c4d5e6f4a7b8c9d0e1f2a3b4c5d";

  @ParameterizedTest
  @ValueSource(strings = {DASHED, BARE, "1A2B3C4D-5E6F-4A7B-8C9D-0E1F2A3B4C5D"})
  void shouldTakeIdsInBothSpellings(String text) throws FieldException {
    assertEquals(DASHED, Ids.resourceId(text));
    assertEquals(BARE, Ids.projectId(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1-2-3-4-5", BARE + "0", "1a2b3c4d5e6f-4a7b-8c9d-0e1f2a3b4c5d"})
  void shouldRefuseWhatIsNoId(String text) {
    assertThrows(FieldException.class, () -> Ids.resourceId(text));
    assertThrows(FieldException.class, () -> Ids.projectId(text));
    assertThrows(FieldException.class, () -> Ids.uuid(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"fa:16:3e:ab:cd:ef", "FA-16-3E-AB-CD-EF", "fa16.3eab.cdef", "fa163eABCDEF"})
  void shouldNormaliseMacAddresses(String text) throws FieldException {
    assertEquals("fa:16:3e:ab:cd:ef", MacAddress.canonical(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fa:16:3e:ab:cd",
        "fa:16:3e:ab:cd:eg",
        "fa:16-3e:ab:cd:ef",
        "00:00:00:00:00:00",
        "ff:ff:ff:ff:ff:ff",
        "01:00:5e:00:00:01",
        ""
      })
  void shouldRefuseWhatIsNoMacAddressOfAnInterface(String text) {
    assertThrows(FieldException.class, () -> MacAddress.canonical(text));
  }

  @Test
  void shouldGuessTheNameThatWasMeant() {
    List<String> known = List.of("state_dir", "region", "time_zone");
    assertEquals("state_dir", NearestName.of("stateDir", known));
    assertEquals("region", NearestName.of("regoin", known));
    assertNull(NearestName.of("colour", known));
    assertNull(NearestName.of("x".repeat(1_000_000), known));
    assertEquals("known are state_dir, region, time_zone", NearestName.remedy("colour", known));
  }

  @Test
  void shouldKeepForeignTextOnOneLine() {
    assertEquals("\"a?b?[31m?\"", FieldProblem.quote("a\nb\u001b[31m\u202e"));
    assertEquals("\"" + "x".repeat(60) + "...\"", FieldProblem.quote("x".repeat(61)));
  }
}
