package io.flowlog.agent.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class SealManifestTest {
  private static final SealManifest MANIFEST =
      new SealManifest(
          new UUID(1, 2),
          -5,
          60,
          9,
          List.of(
              new SealManifest.Part(1, 20, 3000, new ObjectKey("2026/01/02/a b end c.csv")),
              new SealManifest.Part(2, 1, 40, new ObjectKey("é/x:y"))));
  private static final Path PATH = Path.of("/spool/sealed/" + MANIFEST.baseName() + ".files");

  @Test
  void shouldGiveBackWhatWasWritten() throws IOException {
    assertEquals(MANIFEST, SealManifest.decode(PATH, MANIFEST.encode()));
  }

  @Test
  void shouldRefuseTheContentOfAnotherManifest() {
    Path other = PATH.resolveSibling("000000000001_0_" + new UUID(1, 2) + ".files");
    assertThrows(SpoolException.class, () -> SealManifest.decode(other, MANIFEST.encode()));
  }

  @Test
  void shouldNoticeEveryDamageAndNameTheFile() {
    Random random = new Random(20260103);
    byte[] good = MANIFEST.encode();
    for (int round = 0; round < 5000; round++) {
      byte[] bad = Arrays.copyOf(good, random.nextInt(3) == 0 ? random.nextInt(300) : good.length);
      for (int i = random.nextInt(3); i >= 0 && bad.length > 0; i--) {
        bad[random.nextInt(bad.length)] ^= (byte) (1 + random.nextInt(255));
      }
      if (Arrays.equals(good, bad)) {
        continue;
      }
      SpoolException e = assertThrows(SpoolException.class, () -> SealManifest.decode(PATH, bad));
      assertEquals(SpoolException.Code.DAMAGED, e.code());
      assertEquals(true, String.valueOf(e.getMessage()).startsWith(PATH + " is damaged"));
    }
  }

  @Test
  void shouldOnlyEverThrowItsOwnErrorUnderARightChecksum() {
    Random random = new Random(20260104);
    String text = new String(MANIFEST.encode(), StandardCharsets.UTF_8);
    char[] body = text.substring(0, text.lastIndexOf("end ")).toCharArray();
    int refused = 0;
    for (int round = 0; round < 5000; round++) {
      char[] bad = body.clone();
      for (int i = random.nextInt(3); i >= 0; i--) {
        bad[random.nextInt(bad.length)] = " \n-0a9z\0".charAt(random.nextInt(8));
      }
      try {
        SealManifest.decode(PATH, withChecksum(new String(bad)));
      } catch (SpoolException e) {
        assertEquals(SpoolException.Code.DAMAGED, e.code());
        refused++;
      }
    }
    assertEquals(true, refused > 2000, "structure must be checked: " + refused);
  }

  private static byte[] withChecksum(String body) {
    CRC32C crc = new CRC32C();
    crc.update(body.getBytes(StandardCharsets.UTF_8));
    String text = body + "end " + Long.toHexString(crc.getValue()) + "\n";
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
