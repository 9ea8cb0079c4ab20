package io.flowlog.agent.worker.host;

import io.flowlog.agent.worker.host.HostFact.Standing;
import io.flowlog.bridge.FilterChain;
import io.flowlog.bridge.NativeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who may drop packets on this host, and where. Owned by one thread. */
final class FilterFacts {
  private static final String FIREWALL = "firewall";
  private static final String BRIDGED = "bridged packets";
  private static final String BRIDGE_SETTINGS = "proc/sys/net/bridge/bridge-nf-";
  private static final String TRACKING = "connection tracking";
  private static final String TRACKED = "proc/sys/net/netfilter/nf_conntrack_";
  private static final int FULL_PERCENT = 90;

  private final HostFiles files;
  private final Chains chains;

  /** Where nft's chains are told. */
  @FunctionalInterface
  interface Chains {
    List<FilterChain> list() throws NativeException;
  }

  FilterFacts(HostFiles files, Chains chains) {
    this.files = files;
    this.chains = chains;
  }

  List<HostFact> facts() {
    return List.of(firewall(), bridged(), tracking(), logging(), openVswitch());
  }

  private HostFact firewall() {
    List<String> places = new ArrayList<>();
    try {
      places.addAll(nft());
    } catch (NativeException e) {
      return HostFact.ofLine(
          FIREWALL,
          Standing.LIMITED,
          String.valueOf(e.getMessage()),
          "who filters here is not known; the records do not depend on it");
    }
    addLegacy(places, "iptables", "proc/net/ip_tables_names");
    addLegacy(places, "ip6tables", "proc/net/ip6_tables_names");
    addLegacy(places, "ebtables", "proc/net/eb_tables_names");
    if (places.isEmpty()) {
      return HostFact.good(
          FIREWALL,
          "no chain of nft or iptables is at a hook of the kernel",
          "no firewall drops anything here");
    }
    return HostFact.good(
        FIREWALL,
        String.join("; ", places),
        "what these drop makes rows with DROP where drop reports are good, wherever it happens");
  }

  /** Returns each table with the places of its chains. */
  private List<String> nft() throws NativeException {
    if (!isNftLoaded()) {
      return List.of(); // to ask would load it
    }
    Map<String, List<String>> tables = new LinkedHashMap<>();
    for (FilterChain chain : chains.list()) {
      tables
          .computeIfAbsent("nft " + chain.family() + " " + chain.table(), key -> new ArrayList<>())
          .add(chain.hook() + " " + chain.priority());
    }
    List<String> places = new ArrayList<>();
    tables.forEach((table, hooks) -> places.add(table + " (" + String.join(", ", hooks) + ")"));
    return places;
  }

  private boolean isNftLoaded() {
    if (!files.exists("proc/modules")) {
      return true; // all that this kernel has is in it
    }
    String release = files.word("proc/sys/kernel/osrelease").orElse("");
    return files.lines("proc/modules").stream().anyMatch(line -> line.startsWith("nf_tables "))
        || files.lines("lib/modules/" + release + "/modules.builtin").stream()
            .anyMatch(line -> line.endsWith("/nf_tables.ko"));
  }

  private void addLegacy(List<String> places, String program, String file) {
    List<String> tables = files.lines(file);
    if (!tables.isEmpty()) {
      places.add(program + "-legacy (" + String.join(", ", tables) + ")");
    }
  }

  private HostFact bridged() {
    if (!files.exists(BRIDGE_SETTINGS + "call-iptables")) {
      return HostFact.good(
          BRIDGED,
          "br_netfilter is not loaded",
          "iptables, and nft's tables ip, ip6 and inet, do not see packets between ports of one"
              + " bridge, and drop none of them");
    }
    boolean four = isSet("call-iptables");
    boolean six = isSet("call-ip6tables");
    String vlan = isSet("filter-vlan-tagged") ? "" : "; those with a VLAN tag pass unseen";
    String fact =
        "br_netfilter: bridge-nf-call-iptables=" + (four ? 1 : 0) + ", ip6tables=" + (six ? 1 : 0);
    if (four && six) {
      return HostFact.good(
          BRIDGED, fact, "iptables and ip6tables filter packets between ports of a bridge" + vlan);
    }
    String unseen = four ? "IPv6" : six ? "IPv4" : "IPv4 and IPv6";
    return new HostFact(
        BRIDGED,
        Standing.GOOD,
        fact,
        unseen
            + " packets between ports of a bridge pass iptables, and nft's tables ip, ip6 and inet,"
            + " unseen: these drop none of them"
            + vlan,
        "if security groups are such rules: sysctl net.bridge.bridge-nf-call-"
            + (four ? "ip6tables=1" : "iptables=1"));
  }

  private boolean isSet(String setting) {
    return files.number(BRIDGE_SETTINGS + setting).orElse(0) == 1;
  }

  private HostFact tracking() {
    if (files.number(TRACKED + "max").isEmpty()) {
      return HostFact.good(
          TRACKING, "nf_conntrack is not loaded", "no rule here asks for a connection's state");
    }
    long max = files.number(TRACKED + "max").getAsLong();
    long count = files.number(TRACKED + "count").orElse(0);
    String fact = count + " of at most " + max + " connections";
    if (max == 0 || count * 100 < max * FULL_PERCENT) {
      return HostFact.good(TRACKING, fact, "rules can ask for a connection's state");
    }
    return new HostFact(
        TRACKING,
        Standing.LIMITED,
        fact,
        "when the table is full, packets that open a connection are dropped before any rule: rows"
            + " with DROP for connections that the rules allow",
        "sysctl net.netfilter.nf_conntrack_max=" + 2 * max);
  }

  private HostFact logging() {
    List<String> groups = files.lines("proc/net/netfilter/nfnetlink_log");
    boolean isThere = files.exists("proc/net/netfilter/nfnetlink_log");
    String fact =
        isThere
            ? "nfnetlink_log is there; programs listen to " + groups.size() + " of its groups"
            : "nfnetlink_log is not loaded";
    return HostFact.good("NFLOG", fact, "drop reports do without it");
  }

  private HostFact openVswitch() {
    boolean kernel = files.exists("sys/module/openvswitch");
    boolean daemon =
        files.exists("run/openvswitch/db.sock") || files.exists("var/run/openvswitch/db.sock");
    if (kernel) {
      return HostFact.good(
          "Open vSwitch",
          "its kernel datapath is loaded" + (daemon ? ", its database runs" : ""),
          "what its flows drop is told with its own reasons, OVS_DROP_...");
    }
    if (daemon) {
      return new HostFact(
          "Open vSwitch",
          Standing.LIMITED,
          "its database runs without the kernel datapath",
          "a datapath in user space (DPDK) passes the kernel by: its ports are not seen, nor what"
              + " it drops",
          "use the kernel datapath for ports that are to be logged (modprobe openvswitch)");
    }
    return HostFact.good("Open vSwitch", "is not here", "no port is behind it");
  }
}
