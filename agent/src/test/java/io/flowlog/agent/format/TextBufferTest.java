package io.flowlog.agent.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextBufferTest {
  private static final int ITEM_BYTES_MAX = 64;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final TextBuffer buffer = new TextBuffer(Channels.newChannel(out));
  private final StringBuilder expected = new StringBuilder();

  private void decimal(long value) throws IOException {
    buffer.ensure(ITEM_BYTES_MAX);
    buffer.decimal(value);
    buffer.put((byte) '\n');
    expected.append(value).append('\n');
  }

  private void ipv6(long high, long low) throws IOException {
    buffer.ensure(ITEM_BYTES_MAX);
    buffer.ipv6(high, low);
    buffer.put((byte) '\n');
    expected.append(canonical(high, low)).append('\n');
  }

  private String written() throws IOException {
    buffer.flush();
    String text = out.toString(StandardCharsets.US_ASCII);
    out.reset();
    return text;
  }

  private void assertWritten() throws IOException {
    List<String> written = written().lines().toList();
    List<String> wanted = expected.toString().lines().toList();
    for (int i = 0; i < Math.min(written.size(), wanted.size()); i++) {
      assertEquals(wanted.get(i), written.get(i));
    }
    assertEquals(wanted.size(), written.size());
  }

  @Test
  void shouldWriteNumbersAroundEveryPowerOfTen() throws IOException {
    for (long power = 1; power > 0; power = power > Long.MAX_VALUE / 10 ? -1 : power * 10) {
      for (long value : new long[] {power - 1, power, power + 1}) {
        decimal(value);
        decimal(-value);
      }
    }
    assertWritten();
  }

  @Test
  void shouldWriteTheEndsOfTheNumbers() throws IOException {
    decimal(Long.MIN_VALUE);
    decimal(Long.MIN_VALUE + 1);
    decimal(Long.MAX_VALUE);
    decimal(Integer.MAX_VALUE);
    decimal(Integer.MAX_VALUE + 1L);
    decimal(Integer.MIN_VALUE);
    assertWritten();
  }

  @Test
  void shouldWriteAMillionNumbersOfAllLengths() throws IOException {
    Random random = new Random(20260121);
    for (int i = 0; i < 1_000_000; i++) {
      decimal(random.nextLong() >> random.nextInt(64));
    }
    assertWritten();
  }

  @Test
  void shouldWriteEveryOctetInEveryPlaceOfAnIpv4Address() throws IOException {
    for (int place = 0; place < 4; place++) {
      for (int octet = 0; octet < 256; octet++) {
        buffer.ensure(ITEM_BYTES_MAX);
        buffer.ipv4(octet << (24 - 8 * place));
        buffer.put((byte) '\n');
        for (int i = 0; i < 4; i++) {
          expected.append(i == place ? octet : 0).append(i < 3 ? '.' : '\n');
        }
      }
    }
    assertWritten();
  }

  @Test
  void shouldWriteRandomIpv4Addresses() throws IOException {
    Random random = new Random(20260122);
    for (int i = 0; i < 50_000; i++) {
      int a = random.nextInt();
      buffer.ensure(ITEM_BYTES_MAX);
      buffer.ipv4(a);
      buffer.put((byte) '\n');
      expected.append(a >>> 24).append('.').append(a >>> 16 & 255).append('.');
      expected.append(a >>> 8 & 255).append('.').append(a & 255).append('\n');
    }
    assertWritten();
  }

  @Test
  void shouldWriteIpv6AddressesAsTheStandardsExamplesDo() throws IOException {
    assertIpv6("::", 0, 0);
    assertIpv6("::1", 0, 1);
    assertIpv6("1::", 0x0001_0000_0000_0000L, 0);
    assertIpv6("2001:db8::1", 0x2001_0db8_0000_0000L, 1);
    assertIpv6("2001:db8:0:1:1:1:1:1", 0x2001_0db8_0000_0001L, 0x0001_0001_0001_0001L);
    assertIpv6("2001:0:0:1::1", 0x2001_0000_0000_0001L, 1);
    assertIpv6("2001:db8::1:0:0:1", 0x2001_0db8_0000_0000L, 0x0001_0000_0000_0001L);
    assertIpv6("0:2:3:4:5:6:7:8", 0x0000_0002_0003_0004L, 0x0005_0006_0007_0008L);
    assertIpv6("1:2:3:4:5:6:7:0", 0x0001_0002_0003_0004L, 0x0005_0006_0007_0000L);
    assertIpv6("1:2:3:4:5:6::", 0x0001_0002_0003_0004L, 0x0005_0006_0000_0000L);
    assertIpv6("fe80::abcd:ef01:2345:6789", 0xfe80_0000_0000_0000L, 0xabcd_ef01_2345_6789L);
  }

  private void assertIpv6(String text, long high, long low) throws IOException {
    buffer.ipv6(high, low);
    assertEquals(text, written());
    assertEquals(text, canonical(high, low), "the test's own writer");
  }

  @Test
  void shouldWriteEveryPatternOfZeroGroups() throws IOException {
    for (int pattern = 0; pattern < 256; pattern++) {
      long high = 0;
      long low = 0;
      for (int group = 0; group < 4; group++) {
        high = high << 16 | ((pattern >>> (7 - group) & 1) != 0 ? 0xa0 + group : 0);
        low = low << 16 | ((pattern >>> (3 - group) & 1) != 0 ? 0xb000 + group : 0);
      }
      ipv6(high, low);
    }
    assertWritten();
  }

  @Test
  void shouldWriteRandomIpv6Addresses() throws IOException {
    Random random = new Random(20260123);
    for (int i = 0; i < 100_000; i++) {
      ipv6(sparse(random), sparse(random));
    }
    assertWritten();
  }

  /** Returns four groups of zero to four digits. */
  private static long sparse(Random random) {
    long word = 0;
    for (int group = 0; group < 4; group++) {
      word = word << 16 | random.nextInt(0x10000) >>> (4 * random.nextInt(5));
    }
    return word;
  }

  @Test
  void shouldFlushOnlyWhatDoesNotFit() throws IOException {
    buffer.ensure(10);
    buffer.put("abc".getBytes(StandardCharsets.US_ASCII));
    buffer.replaceLast((byte) 'd');
    assertEquals(0, out.size());
    buffer.ensure(1 << 20);
    assertEquals("abd", out.toString(StandardCharsets.US_ASCII));
    buffer.put(new byte[1 << 20]);
    buffer.flush();
    assertEquals(3 + (1 << 20), out.size());
  }

  /**
   * RFC 5952, section 4, word for word: no leading zeroes; "::" for the longest run of at least two
   * zero groups, of equal ones the first; lower case.
   */
  private static String canonical(long high, long low) {
    ByteBuffer bytes = ByteBuffer.allocate(16).putLong(high).putLong(low);
    List<String> groups = new ArrayList<>();
    for (int group = 0; group < 8; group++) {
      groups.add(Integer.toHexString(bytes.getShort(2 * group) & 0xffff));
    }
    for (int length = 8; length >= 2; length--) {
      for (int start = 0; start + length <= 8; start++) {
        if (groups.subList(start, start + length).stream().allMatch("0"::equals)) {
          return String.join(":", groups.subList(0, start))
              + "::"
              + String.join(":", groups.subList(start + length, 8));
        }
      }
    }
    return String.join(":", groups);
  }
}
