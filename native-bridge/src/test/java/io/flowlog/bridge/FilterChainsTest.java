package io.flowlog.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which chains of nft the kernel tells of. Needs root, unshare, nft and setpriv. */
class FilterChainsTest {
  private static final String RULES =
      """
      table bridge b {
        chain forward { type filter hook forward priority -200; }
      }
      table netdev n {
        chain in { type filter hook ingress device "lo" priority 0; }
        chain out { type filter hook egress device "lo" priority 7; }
      }
      table inet i {
        chain jumped { udp dport 1 drop; }
        chain prerouting { type nat hook prerouting priority -100; policy accept; }
        chain forward { type filter hook forward priority 10; policy drop; }
      }
      table arp a {
        chain out { type filter hook output priority 0; }
      }
      table ip6 s {
        chain post { type filter hook postrouting priority 300; }
      }
      """;

  @TempDir private Path folder;

  /** Returns what {@link Lister} prints in a network namespace of its own with these rules. */
  private String list(String rules) throws Exception {
    Path file = Files.writeString(folder.resolve("rules"), rules);
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(
                "unshare",
                "-n",
                "sh",
                "-c",
                "nft -f $0 2>&1 && exec \"$@\"",
                file.toString(),
                java,
                "-cp",
                System.getProperty("java.class.path"),
                Lister.class.getName())
            // newer JVMs warn there of native access
            .redirectError(folder.resolve("errors").toFile())
            .start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void shouldTellOfEveryChainAtAHook() throws Exception {
    assertEquals(
        """
        bridge b forward forward -200
        netdev n in ingress 0
        netdev n out egress 7
        inet i prerouting prerouting -100
        inet i forward forward 10
        arp a out output 0
        ip6 s post postrouting 300
        """,
        list(RULES));
  }

  @Test
  void shouldTellOfMoreThanOneDatagramHolds() throws Exception {
    StringBuilder rules = new StringBuilder("table inet many {\n");
    for (int i = 0; i < 600; i++) {
      rules.append(" chain c" + i + " { type filter hook forward priority " + i + "; }\n");
    }
    String told = list(rules.append("}\n").toString());
    assertEquals(600, told.lines().count());
    assertTrue(told.endsWith("inet many c599 forward 599\n"), told);
  }

  @Test
  void shouldTellOfNothingWhereThereIsNothing() throws Exception {
    assertEquals("", list(""));
  }

  @Test
  void shouldSayThatNobodyMayAsk() throws IOException {
    assertEquals(
        "chains of nft: ask for a list: EPERM: give the program CAP_NET_ADMIN, or run it as root\n",
        Nobody.run(Lister.class, ""));
  }

  @Test
  void shouldBearAnyBytes() {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(96)];
      random.nextBytes(bytes);
      if (bytes.length > 8) { // as if it were a message about a chain, more or less
        bytes[0] = (byte) random.nextInt(bytes.length + 2);
        bytes[1] = 0;
        bytes[2] = 0;
        bytes[3] = 0;
        bytes[4] = Abi.NFT_MSG_NEWCHAIN;
        bytes[5] = Abi.NFNL_SUBSYS_NFTABLES;
      }
      for (int at = 20; at + 4 < bytes.length; at += 8) {
        bytes[at] = (byte) random.nextInt(16);
        bytes[at + 1] = 0;
        bytes[at + 2] = (byte) random.nextInt(6);
        bytes[at + 3] = (byte) (random.nextInt(2) << 7);
      }
      List<FilterChain> chains = FilterChains.in(bytes);
      assertTrue(chains.size() <= bytes.length / Abi.MESSAGE_BYTES);
    }
  }

  /** Prints the chains of its network namespace. */
  static final class Lister {
    private Lister() {}

    public static void main(String[] arguments) {
      try {
        for (FilterChain chain : FilterChains.ofNamespace()) {
          System.out.printf(
              "%s %s %s %s %d%n",
              chain.family(), chain.table(), chain.name(), chain.hook(), chain.priority());
        }
      } catch (NativeException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
