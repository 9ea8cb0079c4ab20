package io.flowlog.agent.cli.demo;

import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.CompressionType;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.logger.FlowLogger.LogFormat;
import io.flowlog.agent.logger.FlowLogger.ResourceType;
import io.flowlog.agent.logger.FlowLogger.StorageType;
import io.flowlog.agent.logger.FlowLogger.TrafficFilter;
import io.flowlog.agent.port.LoggingPort;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The demo's cloud: one VPC, three virtual machines, and the logger that covers them. */
public final class DemoCloud {
  static final Machine WEB = new Machine("fa:16:3e:00:00:10", "10.0.1.10");
  static final Machine WEB_IPV6 = new Machine(WEB.mac(), "2001:db8::10");
  static final Machine DATABASE = new Machine("fa:16:3e:00:00:20", "10.0.1.20");
  static final Machine BUILDER = new Machine("fa:16:3e:00:00:30", "10.0.1.30");
  static final Machine BUILDER_IPV6 = new Machine(BUILDER.mac(), "2001:db8::3");

  private static final String ROUTER_MAC = "fa:16:3e:00:00:01";
  static final Machine RESOLVER = new Machine(ROUTER_MAC, "10.0.0.2");

  private static final String VPC = "4f1c2a9e-0d5b-4c37-9a66-2b8e7d1f3c50";
  private static final String SUBNET = "9b8a7c6d-5e4f-4321-8fed-cba987654321";
  private static final String PROJECT = "7d9f0c3b5a1e4f6880a2c4e6d8b0f1a3";

  /** Says nothing: a replay writes to its own folder. */
  static final String REPLAY_URL = "file:///demo";

  private static final UUID LOGGER_ID = UUID.fromString("d3305e70-0000-4000-8000-000000000001");

  /** How long an interval is, in units of a second, which is what the demo's units are. */
  public static final int INTERVAL = 2;

  private static final List<String> FIELDS =
      List.of(
          "timestamp_start",
          "timestamp_end",
          "interface_id",
          "vm_id",
          "direction",
          "protocol",
          "src_addr",
          "src_port",
          "dst_addr",
          "dst_port",
          "packets",
          "bytes",
          "tcp_flag",
          "tcp_state",
          "initiator",
          "setup_us",
          "filter",
          "status");

  private static final List<LoggingPort> PORTS =
      List.of(
          port("web", 1, List.of(WEB, WEB_IPV6)),
          port("db", 2, List.of(DATABASE)),
          port("build", 3, List.of(BUILDER, BUILDER_IPV6)));

  private DemoCloud() {}

  private static LoggingPort port(String name, int number, List<Machine> machines) {
    String vmId = new UUID(0x6f5e4d3c2b1a4c0dL, 0x9e8f000000000000L + number).toString();
    return new LoggingPort(
        name,
        new UUID(0x1a2b3c4d5e6f4a7bL, 0x8c9d000000000000L + number).toString(),
        machines.get(0).mac(),
        machines.stream().map(Machine::address).toList(),
        vmId,
        SUBNET,
        VPC,
        PROJECT,
        "instance",
        vmId);
  }

  /** Returns a machine of the Internet, as its packets come through the router. */
  static Machine outside(String address) {
    return new Machine(ROUTER_MAC, address);
  }

  /** Returns the three machines' ports; the device has the machine's name. */
  public static List<LoggingPort> ports() {
    return PORTS;
  }

  /** Returns the logger: everything in the VPC. */
  public static FlowLogger logger() {
    return new FlowLogger(
        LOGGER_ID,
        "demo",
        "",
        ResourceType.VPC,
        UUID.fromString(VPC),
        TrafficFilter.ALL,
        INTERVAL,
        false,
        StorageType.FILE,
        REPLAY_URL,
        LogFormat.CSV,
        CompressionType.RAW,
        Layout.nhn,
        FIELDS,
        "DAY",
        null,
        true,
        null);
  }

  /** Returns the logger as somebody would declare it in {@code loggers.d}. */
  static List<String> loggerFile(String storageUrl) {
    return List.of(
        "# The demo's logger: everything in the VPC, in intervals of " + INTERVAL + " units.",
        "id: " + LOGGER_ID,
        "name: demo",
        "resource_type: VPC",
        "resource_id: " + VPC,
        "aggregation_interval: " + INTERVAL,
        "storage_type: FILE",
        "storage_url: " + storageUrl,
        "customized_field: " + String.join(",", FIELDS));
  }

  /** Returns the ports as somebody would declare them in {@code ports.d}. */
  static List<String> portsFile() {
    List<String> lines = new ArrayList<>();
    lines.add("# The demo's logging ports: one of each virtual machine.");
    for (LoggingPort port : PORTS) {
      lines.add("- device: " + port.device());
      lines.add("  port_id: " + port.portId());
      lines.add("  mac: " + port.mac());
      lines.add("  addresses: [\"" + String.join("\", \"", port.addresses()) + "\"]");
      lines.add("  vm_id: " + port.vmId());
      lines.add("  subnet_id: " + port.subnetId());
      lines.add("  network_id: " + port.networkId());
      lines.add("  project_id: " + port.projectId());
      lines.add("  owner_type: " + port.ownerType());
      lines.add("  owner_id: " + port.ownerId());
    }
    return lines;
  }
}
