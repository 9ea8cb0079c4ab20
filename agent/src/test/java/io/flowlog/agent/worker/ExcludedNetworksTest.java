package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.cli.demo.FrameBuilder;
import io.flowlog.agent.decode.FrameDecoder;
import io.flowlog.agent.decode.FrameOutcome;
import io.flowlog.agent.decode.PacketBatch;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExcludedNetworksTest {
  private static boolean contain(List<String> networks, String source, String destination) {
    FrameBuilder frame =
        source.indexOf(':') < 0
            ? FrameBuilder.raw().ipv4(source, destination)
            : FrameBuilder.raw().ipv6(source, destination);
    PacketBatch batch = new PacketBatch(1);
    FrameOutcome outcome = new FrameDecoder().decode(frame.udp(1, 2).toFrame(0), batch);
    assertEquals(FrameOutcome.PACKET, outcome);
    return new ExcludedNetworks(networks).containLast(batch);
  }

  private static boolean contains(String network, String address) {
    String other = address.indexOf(':') < 0 ? "203.0.113.1" : "2001:db8:ffff::1";
    boolean asSource = contain(List.of(network), address, other);
    assertEquals(asSource, contain(List.of(network), other, address), network + " " + address);
    return asSource;
  }

  @Test
  void shouldContainTheAddressesOfAnIpv4Network() {
    assertTrue(contains("169.254.169.0/24", "169.254.169.0"));
    assertTrue(contains("169.254.169.0/24", "169.254.169.255"));
    assertFalse(contains("169.254.169.0/24", "169.254.168.255"));
    assertFalse(contains("169.254.169.0/24", "169.254.170.0"));
    assertTrue(contain(List.of("128.0.0.0/1"), "255.255.255.255", "1.1.1.1"));
    assertFalse(contain(List.of("128.0.0.0/1"), "127.255.255.255", "1.1.1.1"));
  }

  @Test
  void shouldContainTheAddressesOfAnIpv6Network() {
    assertTrue(contains("2001:db8:1::/48", "2001:db8:1:ffff::1"));
    assertFalse(contains("2001:db8:1::/48", "2001:db8:2::1"));
    assertTrue(contains("2001:db8::/64", "2001:db8::ffff:ffff:ffff:ffff"));
    assertFalse(contains("2001:db8::/64", "2001:db8:0:1::"));
    assertTrue(contains("2001:db8::8000:0:0:0/65", "2001:db8::8000:0:0:1"));
    assertFalse(contains("2001:db8::8000:0:0:0/65", "2001:db8::7fff:ffff:ffff:ffff"));
  }

  @Test
  void shouldContainOneAddressWhenAllBitsCount() {
    assertTrue(contains("10.0.0.5/32", "10.0.0.5"));
    assertFalse(contains("10.0.0.5/32", "10.0.0.4"));
    assertTrue(contains("2001:db8::5/128", "2001:db8::5"));
    assertFalse(contains("2001:db8::5/128", "2001:db8::4"));
    assertFalse(contains("2001:db8::5/128", "2001:db8:8000::5"));
  }

  @Test
  void shouldContainAllOfItsVersionWhenNoBitCounts() {
    assertTrue(contains("0.0.0.0/0", "8.8.8.8"));
    assertTrue(contains("::/0", "2001:db8::1"));
    assertFalse(contains("0.0.0.0/0", "2001:db8::1"));
    assertFalse(contains("::/0", "8.8.8.8"));
  }

  @Test
  void shouldNotTakeAnIpv6AddressForTheIpv4AddressOfTheSameBits() {
    assertFalse(contains("10.0.0.0/8", "::10.0.0.5"));
    assertFalse(contains("::/96", "10.0.0.5"));
  }

  @Test
  void shouldLookThroughAllNetworks() {
    List<String> networks = List.of("10.0.0.0/8", "2001:db8::/32", "192.0.2.0/24");
    assertTrue(contain(networks, "1.1.1.1", "192.0.2.9"));
    assertTrue(contain(networks, "2001:db8::1", "fe80::1"));
    assertFalse(contain(networks, "1.1.1.1", "8.8.8.8"));
    assertFalse(contain(List.of(), "1.1.1.1", "8.8.8.8"));
    assertTrue(new ExcludedNetworks(List.of()).isEmpty());
    assertFalse(new ExcludedNetworks(networks).isEmpty());
  }

  @Test
  void shouldAgreeWithArithmeticForEveryPrefixLength() throws UnknownHostException {
    Random random = new Random(20260202);
    for (int bytes : new int[] {4, 16}) {
      for (int prefixBits = 0; prefixBits <= bytes * 8; prefixBits++) {
        for (int flipped = 0; flipped < bytes * 8; flipped += 1 + random.nextInt(7)) {
          byte[] network = new byte[bytes];
          random.nextBytes(network);
          network[0] = 0x20;
          network[bytes / 2 - 1] = 0x11; // keeps Java from reading an IPv4 address in it
          byte[] address = network.clone();
          address[flipped / 8] ^= (byte) (0x80 >> flipped % 8);
          String cidr = InetAddress.getByAddress(network).getHostAddress() + "/" + prefixBits;
          InetAddress one = InetAddress.getByAddress(address);
          InetAddress other = InetAddress.getByName(bytes == 4 ? "223.1.1.1" : "3fff::1");
          boolean expected =
              isSame(network, address, prefixBits)
                  || isSame(network, other.getAddress(), prefixBits);
          assertEquals(
              expected,
              contain(List.of(cidr), one.getHostAddress(), other.getHostAddress()),
              cidr + " " + one);
        }
      }
    }
  }

  private static boolean isSame(byte[] network, byte[] address, int prefixBits) {
    BigInteger difference = new BigInteger(1, network).xor(new BigInteger(1, address));
    return difference.shiftRight(network.length * 8 - prefixBits).signum() == 0;
  }
}
