package io.flowlog.agent.format;

import io.flowlog.agent.logger.FlowLogger.Layout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What must stand in the columns of a layout, by the documents of those who made the layout; on
 * purpose not by the product's own tables.
 */
record ExpectedValues(Layout layout, List<String> names) {
  private static final List<String> AWS_3 =
      List.of(
          "vpc-id", "subnet-id", "instance-id", "tcp-flags", "type", "pkt-srcaddr", "pkt-dstaddr");
  private static final List<String> AWS_4 =
      List.of("region", "az-id", "sublocation-type", "sublocation-id");
  private static final List<String> AWS_5 =
      List.of("pkt-src-aws-service", "pkt-dst-aws-service", "flow-direction", "traffic-path");

  /** Returns the value of a column in a row, or null if it is unknown. */
  @Nullable String of(String name, RandomRows.Values row) {
    if (layout == Layout.nhn) {
      return row.get(name);
    }
    String value = inOtherCloud(name, row);
    return value == null ? null : value.replaceAll("\\s", "_");
  }

  private @Nullable String inOtherCloud(String name, RandomRows.Values row) {
    return switch (name) {
      case "version" -> version();
      case "account-id", "project-id", "project_id" -> row.get("project_id");
      case "interface-id", "resource_id" -> row.get("interface_id");
      case "srcaddr" -> row.get("src_addr");
      case "pkt-srcaddr" -> row.get("pkt_src_addr");
      case "dstaddr" -> row.get("dst_addr");
      case "pkt-dstaddr" -> row.get("pkt_dst_addr");
      case "srcport" -> row.get("src_port");
      case "dstport" -> row.get("dst_port");
      case "start" -> start(row);
      case "end" -> end(row);
      case "action" -> "DROP".equals(row.get("filter")) ? "REJECT" : row.get("filter");
      case "log-status" -> row.get("status");
      case "instance-id" -> row.get("vm_id");
      case "instance_id" -> row.get("owner_id");
      case "tcp-flags" -> row.get("tcp_flag");
      case "type" -> row.get("ip_version") == null ? null : "IPv" + row.get("ip_version");
      case "flow-direction", "direct" ->
          "unknown".equals(row.get("direction")) ? null : row.get("direction");
      case "traffic-path", "az-id", "sublocation-type", "sublocation-id" -> null;
      case "pkt-src-aws-service", "pkt-dst-aws-service" -> null;
      default -> row.get(name.replace('-', '_'));
    };
  }

  private String version() {
    if (layout != Layout.aws) {
      return "1";
    }
    if (names.stream().anyMatch(AWS_5::contains)) {
      return "5";
    }
    if (names.stream().anyMatch(AWS_4::contains)) {
      return "4";
    }
    return names.stream().anyMatch(AWS_3::contains) ? "3" : "2";
  }

  private String start(RandomRows.Values row) {
    boolean ofWindow = layout != Layout.aws && row.hasTraffic();
    return seconds(ofWindow ? CsvFixture.INTERVAL.startNs() : row.firstNs());
  }

  private String end(RandomRows.Values row) {
    boolean ofWindow = layout != Layout.aws && row.hasTraffic();
    return seconds(ofWindow ? CsvFixture.INTERVAL.endNs() : row.lastNs());
  }

  private static String seconds(long timeNs) {
    return Long.toString(timeNs / 1_000_000_000);
  }
}
