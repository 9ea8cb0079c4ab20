package io.flowlog.agent.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.5, 10.0.0.5",
    "255.255.255.255, 255.255.255.255",
    "2001:DB8:0:0:0:0:0:5, 2001:db8::5",
    "2001:0db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "1:0:0:2:0:0:0:3, 1:0:0:2::3",
    "0:0:0:0:0:0:0:0, ::",
    "0:0:0:0:0:0:0:1, ::1",
    "fe80::, fe80::",
    "::FFFF:10.0.0.5, ::ffff:10.0.0.5",
    "::ffff:a00:5, ::ffff:10.0.0.5",
    "64:ff9b::10.0.0.5, 64:ff9b::a00:5",
    "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
  })
  void shouldWriteCanonicalText(String text, String canonical) throws FieldException {
    assertEquals(canonical, IpAddress.canonical(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "example.com",
        "10.0.0",
        "10.0.0.0.0",
        "10.0.0.256",
        "010.0.0.1",
        "0x7f.1",
        "10.0.0.-1",
        "10.0.0.+1",
        "1",
        "::1::",
        ":1",
        "1:",
        ":::",
        "1:2:3:4:5:6:7:8:9",
        "12345::",
        "1:2:3:4:5:6:7:8::",
        "fe80::1%eth0",
        "::g",
        "::10.0.0",
        "10.0.0.5::",
        "1:2:3:4:5:6:7",
        "\u0661\u0660.0.0.1",
        "[::1]",
        " 10.0.0.1",
        "1.2.3.4:5::"
      })
  void shouldRefuseWhatIsNoAddress(String text) {
    assertNull(IpAddress.parse(text));
  }

  @Test
  void shouldTellAPrefixFromAnAddress() {
    FieldException e = assertThrows(FieldException.class, () -> IpAddress.canonical("10.0.0.5/24"));
    assertEquals("write the address alone, without a prefix length", e.remedy());
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.0.0.0/8",
    "0.0.0.0/0, 0.0.0.0/0",
    "10.1.2.3, 10.1.2.3/32",
    "2001:DB8::/32, 2001:db8::/32",
    "::1, ::1/128",
    "::/0, ::/0",
  })
  void shouldReadNetworks(String text, String canonical) throws FieldException {
    assertEquals(canonical, IpAddress.canonicalNetwork(text));
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/33, write a number from 0 to 32 after the slash",
    "::/129, write a number from 0 to 128 after the slash",
    "10.0.0.0/, write a number from 0 to 32 after the slash",
    "10.0.0.0/08, write a number from 0 to 32 after the slash",
    "10.0.0.1/9, write 10.0.0.0/9",
    "2001:db8::1/127, write 2001:db8::/127",
    "10.0.0/8, write it like 10.0.0.0/8 or 2001:db8::/32",
  })
  void shouldRefuseWhatIsNoNetwork(String text, String remedy) {
    FieldException e = assertThrows(FieldException.class, () -> IpAddress.canonicalNetwork(text));
    assertEquals(remedy, e.remedy());
  }

  @Test
  void shouldReadBackEveryAddressThatItWrites() throws UnknownHostException {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      byte[] address = new byte[random.nextBoolean() ? 4 : 16];
      random.nextBytes(address);
      for (int j = 0; j < address.length; j += 2) {
        if (random.nextBoolean()) {
          address[j] = 0;
          address[j + 1] = 0;
        }
      }
      String text = IpAddress.format(address);
      assertArrayEquals(address, IpAddress.parse(text), text);
      String byPlatform = InetAddress.getByAddress(address).getHostAddress();
      if (!text.startsWith("::ffff:")) { // the platform turns these into IPv4
        assertArrayEquals(address, IpAddress.parse(byPlatform), byPlatform);
      }
    }
  }

  @Test
  void shouldSurviveAnyText() {
    Random random = new Random(2);
    String alphabet = "0123456789abcdefABCDEF:::::....%/[]g ";
    int addresses = 0;
    for (int i = 0; i < 200_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(24); length > 0; length--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      byte[] address = IpAddress.parse(text.toString());
      if (address != null) {
        addresses++;
        assertArrayEquals(address, IpAddress.parse(IpAddress.format(address)), text.toString());
      }
    }
    assertTrue(addresses > 100, "only " + addresses + " addresses");
  }
}
