package io.flowlog.agent.record;

import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.record.Column.Constant;
import io.flowlog.agent.record.Column.Content;
import io.flowlog.agent.record.Column.HighestVersion;
import io.flowlog.agent.record.Column.Shown;
import io.flowlog.agent.record.Column.Unknown;
import io.flowlog.agent.record.Column.ValueType;
import io.flowlog.agent.record.Column.WindowBound;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The row formats that loggers may name, written down. */
final class VendorLayouts {
  private static final String CSV = ".csv";
  private static final String DASH = "-";

  /** The other clouds say REJECT where we say DROP. */
  private static final Map<String, String> REJECT = Map.of("DROP", "REJECT");

  private static final Map<String, String> NO_UNKNOWN_DIRECTION = Map.of("unknown", "");
  private static final Map<String, String> IP_VERSIONS = Map.of("4", "IPv4", "6", "IPv6");

  private VendorLayouts() {}

  static Map<Layout, RowLayout> all() {
    Map<Layout, RowLayout> layouts = new EnumMap<>(Layout.class);
    layouts.put(Layout.nhn, nhn());
    layouts.put(Layout.aws, aws());
    layouts.put(Layout.otc, everyColumn("otc", otcColumns()));
    layouts.put(Layout.er, everyColumn("er", erColumns()));
    return layouts;
  }

  private static RowLayout nhn() {
    List<Column> columns =
        Arrays.stream(RecordField.values())
            .map(field -> new Column(field.fieldName(), typeOf(field), ownContent(field), 1))
            .toList();
    // The fields of the vendor's example.
    List<String> defaults =
        List.of(
            "timestamp_start",
            "timestamp_end",
            "interface_id",
            "vm_id",
            "subnet_id",
            "vpc_id",
            "region",
            "protocol",
            "src_addr",
            "dst_addr",
            "src_port",
            "dst_port",
            "tcp_flag",
            "packets",
            "bytes",
            "filter",
            "status");
    return new RowLayout("nhn", ',', "", true, CSV, columns, defaults);
  }

  private static ValueType typeOf(RecordField field) {
    return switch (field) {
      case TIMESTAMP_START,
          TIMESTAMP_END,
          PACKETS,
          BYTES,
          TRANSITHUB_DROP_NO_ROUTE_PACKETS,
          TRANSITHUB_DROP_NO_ROUTE_BYTES,
          TRANSITHUB_DROP_BLACK_HOLE_PACKETS,
          TRANSITHUB_DROP_BLACK_HOLE_BYTES,
          SETUP_US,
          LOST_PACKETS ->
          ValueType.INT64;
      case PROTOCOL,
          SRC_PORT,
          DST_PORT,
          PKT_SRC_PORT,
          PKT_DST_PORT,
          TCP_FLAG,
          TRAFFIC_PATH,
          IP_VERSION,
          ICMP_TYPE,
          ICMP_CODE,
          TCP_FLAGS_ALL,
          INITIATOR ->
          ValueType.INT32;
      default -> ValueType.TEXT;
    };
  }

  private static Content ownContent(RecordField field) {
    return switch (field) {
      // What the vendor writes for interfaces that are no transit hub's.
      case TRANSITHUB_DROP_NO_ROUTE_PACKETS,
          TRANSITHUB_DROP_NO_ROUTE_BYTES,
          TRANSITHUB_DROP_BLACK_HOLE_PACKETS,
          TRANSITHUB_DROP_BLACK_HOLE_BYTES ->
          new Constant("-1");
      case TRAFFIC_PATH -> new Unknown();
      default -> new Shown(field, Map.of(), false);
    };
  }

  /** AWS VPC flow logs, versions 2 to 5; a file has the highest version among its columns. */
  private static RowLayout aws() {
    List<Column> columns = new ArrayList<>();
    columns.addAll(awsVersion2());
    columns.addAll(awsVersion3());
    columns.addAll(awsVersion4());
    columns.addAll(awsVersion5());
    List<String> defaults = awsVersion2().stream().map(Column::name).toList();
    return new RowLayout("aws", ' ', DASH, false, ".log", columns, defaults);
  }

  private static List<Column> awsVersion2() {
    return new Columns(2)
        .add("version", ValueType.INT32, new HighestVersion())
        .show("account-id", RecordField.PROJECT_ID)
        .show("interface-id", RecordField.INTERFACE_ID)
        .flow()
        .seconds("start", RecordField.TIMESTAMP_START)
        .seconds("end", RecordField.TIMESTAMP_END)
        .show("action", RecordField.FILTER, REJECT)
        .show("log-status", RecordField.STATUS)
        .list;
  }

  private static List<Column> awsVersion3() {
    return new Columns(3)
        .show("vpc-id", RecordField.VPC_ID)
        .show("subnet-id", RecordField.SUBNET_ID)
        .show("instance-id", RecordField.VM_ID)
        .show("tcp-flags", RecordField.TCP_FLAG)
        .add("type", ValueType.TEXT, new Shown(RecordField.IP_VERSION, IP_VERSIONS, false))
        .show("pkt-srcaddr", RecordField.PKT_SRC_ADDR)
        .show("pkt-dstaddr", RecordField.PKT_DST_ADDR)
        .list;
  }

  private static List<Column> awsVersion4() {
    return new Columns(4)
        .show("region", RecordField.REGION)
        .add("az-id", ValueType.TEXT, new Unknown())
        .add("sublocation-type", ValueType.TEXT, new Unknown())
        .add("sublocation-id", ValueType.TEXT, new Unknown())
        .list;
  }

  private static List<Column> awsVersion5() {
    return new Columns(5)
        .add("pkt-src-aws-service", ValueType.TEXT, new Unknown())
        .add("pkt-dst-aws-service", ValueType.TEXT, new Unknown())
        .show("flow-direction", RecordField.DIRECTION, NO_UNKNOWN_DIRECTION)
        .add("traffic-path", ValueType.INT32, new Unknown())
        .list;
  }

  /** Open Telekom Cloud VPC flow logs. */
  private static List<Column> otcColumns() {
    return new Columns(1)
        .add("version", ValueType.INT32, new HighestVersion())
        .show("project-id", RecordField.PROJECT_ID)
        .show("interface-id", RecordField.INTERFACE_ID)
        .flow()
        .add("start", ValueType.INT64, new WindowBound(false))
        .add("end", ValueType.INT64, new WindowBound(true))
        .show("action", RecordField.FILTER, REJECT)
        .show("log-status", RecordField.STATUS)
        .list;
  }

  /**
   * Huawei Enterprise Router flow logs. There the resource is an attachment and the instance the
   * router that it belongs to; here they are the port and its owner.
   */
  private static List<Column> erColumns() {
    return new Columns(1)
        .add("version", ValueType.INT32, new HighestVersion())
        .show("project_id", RecordField.PROJECT_ID)
        .show("resource_id", RecordField.INTERFACE_ID)
        .show("instance_id", RecordField.OWNER_ID)
        .flow()
        .add("start", ValueType.INT64, new WindowBound(false))
        .add("end", ValueType.INT64, new WindowBound(true))
        .show("direct", RecordField.DIRECTION, NO_UNKNOWN_DIRECTION)
        .list;
  }

  /** Returns a layout of lines for people and parsers that know its columns by their place. */
  private static RowLayout everyColumn(String name, List<Column> columns) {
    List<String> names = columns.stream().map(Column::name).toList();
    return new RowLayout(name, ' ', DASH, false, CSV, columns, names);
  }

  /** Columns of one version in the making. */
  private static final class Columns {
    private final List<Column> list = new ArrayList<>();
    private final int version;

    Columns(int version) {
      this.version = version;
    }

    Columns add(String name, ValueType type, Content content) {
      list.add(new Column(name, type, content, version));
      return this;
    }

    Columns show(String name, RecordField field) {
      return show(name, field, Map.of());
    }

    Columns show(String name, RecordField field, Map<String, String> words) {
      return add(name, typeOf(field), new Shown(field, words, false));
    }

    Columns seconds(String name, RecordField field) {
      return add(name, ValueType.INT64, new Shown(field, Map.of(), true));
    }

    /** What all these clouds say of a flow, in the order in which all say it. */
    Columns flow() {
      return show("srcaddr", RecordField.SRC_ADDR)
          .show("dstaddr", RecordField.DST_ADDR)
          .show("srcport", RecordField.SRC_PORT)
          .show("dstport", RecordField.DST_PORT)
          .show("protocol", RecordField.PROTOCOL)
          .show("packets", RecordField.PACKETS)
          .show("bytes", RecordField.BYTES);
    }
  }
}
