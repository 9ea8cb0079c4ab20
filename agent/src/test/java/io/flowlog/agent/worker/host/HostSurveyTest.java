package io.flowlog.agent.worker.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.flowlog.agent.capture.CaptureConfig;
import io.flowlog.agent.capture.DropConfig;
import io.flowlog.agent.capture.NflogConfig;
import io.flowlog.agent.port.AttachedPort;
import io.flowlog.agent.port.HostInterface;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.port.PortInventory;
import io.flowlog.bridge.FilterChain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a host's files mean for the records. */
class HostSurveyTest {
  private static final long MIB = 1 << 20;
  private static final Set<String> REASONS = Set.of("NETFILTER_DROP", "TC_INGRESS", "NO_SOCKET");

  @TempDir Path root = Path.of("");
  private final List<FilterChain> chains = new ArrayList<>();
  private final List<String> dropProblems = new ArrayList<>();
  private NflogConfig firewalls = NflogConfig.defaults();
  private DropConfig drops = DropConfig.defaults();

  /** A host that can tell everything, with an Open vSwitch and no firewall. */
  @BeforeEach
  void makeHost() throws IOException {
    file("proc/sys/kernel/osrelease", "6.1.0-28-amd64\n");
    file("proc/sys/kernel/unprivileged_bpf_disabled", "2\n");
    file("sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
    file("proc/modules", "nf_tables 376832 94 nft_compat, Live 0x0\n");
    file("proc/meminfo", "MemTotal:  8000000 kB\nMemAvailable:    4000000 kB\n");
    file("proc/self/status", "CapEff:\t000000c000003000\nVmRSS:\t  100000 kB\n");
    String limits =
        """
        Max open files            4096                 4096                 files     |
        Max locked memory         8388608              8388608              bytes     |
        """;
    file("proc/self/limits", limits.replace("|", ""));
    file("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
    file("sys/module/openvswitch/version", "");
    file("run/openvswitch/db.sock", "");
  }

  private void file(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.resolve("..").normalize());
    Files.writeString(file, text);
  }

  private void bridgeSettings(int four, int six, int tagged) throws IOException {
    String name = "proc/sys/net/bridge/bridge-nf-";
    file(name + "call-iptables", four + "\n");
    file(name + "call-ip6tables", six + "\n");
    file(name + "filter-vlan-tagged", tagged + "\n");
  }

  private List<HostFact> facts() {
    HostFiles files = new HostFiles(root);
    HostCheck check =
        new HostCheck(root.resolve("proc/self"), "6.1.0-28-amd64", Path.of("/opt/j/bin/java"));
    return new HostSurvey(
            files,
            check,
            new DropFacts(drops, firewalls, () -> List.copyOf(dropProblems), () -> REASONS),
            new FilterFacts(files, () -> chains),
            new RoomFacts(files, check, CaptureConfig.defaults(), 256 * MIB))
        .facts();
  }

  /** Returns all that is said about a topic, a line for each fact. */
  private String about(String topic) {
    return facts().stream()
        .filter(fact -> fact.topic().equals(topic))
        .map(fact -> fact.shortForm() + " = " + fact.meaning() + " > " + fact.remedy())
        .collect(Collectors.joining("\n"));
  }

  @Test
  void shouldFindNothingWrongWithAGoodHost() {
    assertEquals(
        """
        live capture: good: Linux 6.1.0-28-amd64, with the rights that it takes
        drop reports: good: the kernel tells what it drops, and why: it has 3 reasons
        drop reasons: good: NETFILTER_DROP, TC_INGRESS count as a firewall's; this kernel has no \
        OVS_DROP_CONNTRACK, OVS_DROP_EXPLICIT, OVS_DROP_LAST_ACTION, OVS_DROP_METER, TC_EGRESS
        lockdown: good: mode integrity, kernel.unprivileged_bpf_disabled=2
        firewall: good: no chain of nft or iptables is at a hook of the kernel
        bridged packets: good: br_netfilter is not loaded
        connection tracking: good: nf_conntrack is not loaded
        NFLOG: good: nfnetlink_log is not loaded
        Open vSwitch: good: its kernel datapath is loaded, its database runs
        memory: good: rings take up to 256 MiB, connections 548 MiB, drop reports 17 MiB
        open files: good: the limit leaves room for 512 logging ports
        locked memory: good: the limit is 8388608
        clock: good: the kernel's clock source is tsc
        """,
        facts().stream().map(fact -> fact.shortForm() + "\n").collect(Collectors.joining()));
  }

  @Test
  void shouldSayThatNothingCanBeCaptured() throws IOException {
    file("proc/self/status", "CapEff:\t0000000000001000\n");
    assertEquals(
        "live capture: impossible: this process lacks CAP_NET_RAW = nothing is captured: the agent"
            + " does not start > put AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN CAP_BPF"
            + " CAP_PERFMON into its systemd unit, or run it as root, or 'setcap"
            + " cap_net_raw,cap_net_admin,cap_bpf,cap_perfmon=ep /opt/j/bin/java' and list"
            + " /opt/j/lib in /etc/ld.so.conf.d",
        about("live capture"));
  }

  @Test
  void shouldSayWhereFirewallsTellOfDrops() {
    firewalls =
        new NflogConfig(
            List.of(
                new NflogConfig.Group(30, 1 << 20, List.of()),
                new NflogConfig.Group(31, 1 << 20, List.of())));
    String byKernel = about("drop reports");
    assertTrue(byKernel.contains("the kernel tells what it drops"), byKernel);
    dropProblems.add("drop reports: the kernel does not describe its types: no file /x: get BTF");
    String byFirewalls = about("drop reports");
    assertTrue(byFirewalls.contains("good: firewalls log them to NFLOG group 30, 31"), byFirewalls);
    dropProblems.clear();
    drops = new DropConfig(DropConfig.Mode.OFF, drops.reasons(), drops.malformedReasons());
    assertEquals(byFirewalls, about("drop reports"));
    assertEquals("", about("drop reasons"));
  }

  @Test
  void shouldSayWhatFollowsWhereDropsAreNotTold() {
    dropProblems.add("drop reports: the kernel does not describe its types: no file /x: get BTF");
    String fact = "the kernel does not describe its types: no file /x = ";
    assertEquals(
        "drop reports: limited: "
            + fact
            + "every row is ACCEPT, and loggers of DROP get rows with status SKIPDATA only >"
            + " get BTF",
        about("drop reports"));
    assertEquals("", about("drop reasons"));
    drops = new DropConfig(DropConfig.Mode.REQUIRED, drops.reasons(), drops.malformedReasons());
    assertEquals(
        "drop reports: impossible: "
            + fact
            + "the agent does not start: capture.drops is required > get BTF",
        about("drop reports"));
    drops = new DropConfig(DropConfig.Mode.OFF, drops.reasons(), drops.malformedReasons());
    assertEquals(
        "drop reports: good: capture.drops is off = every row is ACCEPT, whatever a firewall does"
            + " > capture.drops: auto, to know what is dropped",
        about("drop reports"));
  }

  @Test
  void shouldNameReasonsThatTheKernelDoesNotHave() {
    drops =
        new DropConfig(
            DropConfig.Mode.AUTO,
            List.of("NETFILTER_DORP", "TC_INGRESS"),
            List.of("IP_INHDR", "PLAGUE_OF_LOCUSTS"));
    List<String> lines = about("drop reasons").lines().skip(1).toList();
    assertEquals(
        List.of(
            "drop reasons: limited: capture.drop_reasons names NETFILTER_DORP, which this kernel"
                + " does not have = nothing is counted under it > did you mean NETFILTER_DROP?",
            "drop reasons: limited: capture.malformed_reasons names PLAGUE_OF_LOCUSTS, which this"
                + " kernel does not have = nothing is counted under it > remove it"),
        lines);
  }

  @Test
  void shouldSayNothingOfALockdownThatDropReportsTellOf() throws IOException {
    file("sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
    assertEquals("", about("lockdown"));
    Files.delete(root.resolve("sys/kernel/security/lockdown"));
    assertEquals(
        "lockdown: good: mode unknown, kernel.unprivileged_bpf_disabled=2 = neither keeps an agent"
            + " with CAP_BPF and CAP_PERFMON from drop reports > ",
        about("lockdown"));
  }

  @Test
  void shouldSayWhoFiltersWhere() throws IOException {
    chains.add(new FilterChain("inet", "firewalld", "filter_FORWARD", "forward", 10));
    chains.add(new FilterChain("bridge", "b", "x", "forward", -200));
    chains.add(new FilterChain("inet", "firewalld", "raw", "prerouting", -290));
    file("proc/net/ip_tables_names", "filter\nnat\n");
    file("proc/net/ip6_tables_names", "");
    String facts =
        "nft inet firewalld (forward 10, prerouting -290); nft bridge b (forward -200);"
            + " iptables-legacy (filter, nat)";
    String meaning =
        " = what these drop makes rows with DROP where drop reports are good, wherever it happens"
            + " > ";
    assertEquals("firewall: good: " + facts + meaning, about("firewall"));
    file("proc/modules", "ip_tables 376832 94 Live 0x0\n"); // to ask nft would load it
    assertEquals("firewall: good: iptables-legacy (filter, nat)" + meaning, about("firewall"));
    file("lib/modules/6.1.0-28-amd64/modules.builtin", "kernel/net/netfilter/nf_tables.ko\n");
    assertEquals("firewall: good: " + facts + meaning, about("firewall"));
  }

  @Test
  void shouldSayWhichBridgedPacketsTheFirewallSees() throws IOException {
    bridgeSettings(1, 1, 1);
    String start = "bridged packets: good: br_netfilter: bridge-nf-call-";
    assertEquals(
        start
            + "iptables=1, ip6tables=1 = iptables and ip6tables filter packets between ports of a"
            + " bridge > ",
        about("bridged packets"));
    bridgeSettings(1, 0, 0);
    assertEquals(
        start
            + "iptables=1, ip6tables=0 = IPv6 packets between ports of a bridge pass iptables, and"
            + " nft's tables ip, ip6 and inet, unseen: these drop none of them; those with a VLAN"
            + " tag pass unseen > if security groups are such rules: sysctl"
            + " net.bridge.bridge-nf-call-ip6tables=1",
        about("bridged packets"));
  }

  @Test
  void shouldWarnOfAFullTableOfConnections() throws IOException {
    file("proc/sys/net/netfilter/nf_conntrack_max", "1000\n");
    file("proc/sys/net/netfilter/nf_conntrack_count", "899\n");
    assertEquals(
        "connection tracking: good: 899 of at most 1000 connections = rules can ask for a"
            + " connection's state > ",
        about("connection tracking"));
    file("proc/sys/net/netfilter/nf_conntrack_count", "900\n");
    assertEquals(
        "connection tracking: limited: 900 of at most 1000 connections = when the table is full,"
            + " packets that open a connection are dropped before any rule: rows with DROP for"
            + " connections that the rules allow > sysctl net.netfilter.nf_conntrack_max=2000",
        about("connection tracking"));
  }

  @Test
  void shouldWarnOfADatapathThatPassesTheKernelBy() throws IOException {
    Files.delete(root.resolve("sys/module/openvswitch/version"));
    Files.delete(root.resolve("sys/module/openvswitch"));
    assertEquals(
        "Open vSwitch: limited: its database runs without the kernel datapath = a datapath in user"
            + " space (DPDK) passes the kernel by: its ports are not seen, nor what it drops > use"
            + " the kernel datapath for ports that are to be logged (modprobe openvswitch)",
        about("Open vSwitch"));
    Files.delete(root.resolve("run/openvswitch/db.sock"));
    assertEquals(
        "Open vSwitch: good: is not here = no port is behind it > ", about("Open vSwitch"));
  }

  @Test
  void shouldWarnOfTooLittleOfAnything() throws IOException {
    file("proc/meminfo", "MemAvailable:    700000 kB\n");
    file("proc/self/limits", "Max open files            611       4096       files     \n");
    file("sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n");
    assertEquals(
        "memory: limited: rings take up to 256 MiB, connections 548 MiB, drop reports 17 MiB, and"
            + " the host has 781 MiB left = the kernel may end the agent, or a virtual machine,"
            + " when memory runs out > lower capture.ring_bytes or flow.table_bytes",
        about("memory"));
    assertEquals(
        "open files: limited: this process may open 611 files, and 512 ports need 612 = ports"
            + " beyond the limit are not captured, and have rows with SKIPDATA > raise LimitNOFILE"
            + " in its systemd unit, or call 'ulimit -n 612' before it",
        about("open files"));
    assertEquals(
        "clock: limited: the kernel's clock source is hpet = each packet's time takes about a"
            + " microsecond to read: more packets are lost under load > see in dmesg why the kernel"
            + " does not trust the processor's clock, and mend that",
        about("clock"));
    assertEquals(
        "locked memory: good: the limit is not known = neither rings nor, since Linux 5.11, drop"
            + " reports count in it > ",
        about("locked memory"));
  }

  private static LoggingPort port(String device) {
    return new LoggingPort(device, device, null, List.of(), null, null, null, null, null, null);
  }

  @Test
  void shouldSayWhichPortsAreHere() {
    List<LoggingPort> absent = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      absent.add(port("tap1" + i));
    }
    PortInventory inventory =
        new PortInventory(
            List.of(
                new AttachedPort(port("tap1"), 5, "tap1"),
                new AttachedPort(port("tap2"), 6, "tap2")),
            absent,
            List.of("port x is declared twice: keep the declaration that is right"));
    List<String> lines =
        PortFacts.of(
                inventory,
                Map.of(
                    "tap1",
                    new HostInterface(5, "tap1", null, true),
                    "tap2",
                    new HostInterface(6, "tap2", null, false)))
            .stream()
            .map(fact -> fact.shortForm() + " > " + fact.remedy())
            .toList();
    assertEquals(
        List.of(
            "ports: good: here: tap1, tap2 > ",
            "ports: limited: not here: tap10, tap11, tap12, tap13, tap14, tap15, tap16, tap17 and 2"
                + " more > nothing, if their virtual machines are off or elsewhere; else see 'ip"
                + " link'",
            "ports: limited: switched off: tap2 > ip link set tap2 up, if they should be on",
            "ports: limited: port x is declared twice > keep the declaration that is right"),
        lines);
  }
}
