package io.flowlog.agent.architecture;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The packages of the agent in the order of the data, what each may import, and whose libraries.
 */
final class PackageTable {
  /** Each package, and the packages it may import besides itself. */
  static final Map<String, List<String>> MAY_IMPORT = mayImport();

  /** Each library, as a package pattern, and its homes; one with none is nobody's. */
  static final Map<String, List<String>> HOMES = homes();

  /** What everybody may use. */
  static final List<String> EVERYBODYS = List.of("java..", "org.jspecify.annotations..");

  private PackageTable() {}

  private static Map<String, List<String>> mayImport() {
    Map<String, List<String>> rows = new LinkedHashMap<>();
    row(rows, "metrics");
    row(rows, "port");
    row(rows, "logger", "port");
    row(rows, "capture", "metrics");
    row(rows, "decode", "capture");
    // metrics: a table counts what it folds and evicts
    row(rows, "flow", "capture", "decode", "metrics");
    row(rows, "record", "flow", "logger", "port");
    // logger: the shape of a file is what its logger declares
    row(rows, "format", "record", "logger");
    row(rows, "spool", "format", "record", "logger", "metrics");
    row(rows, "store", "spool", "logger", "metrics");
    row(rows, "api", "logger", "port", "metrics");
    // config: of the packages after logger and port it sees settings only, which another rule says
    row(
        rows, "config", "logger", "port", "capture", "flow", "record", "format", "spool", "store",
        "api");
    rows.put("worker", allBut(rows, "api", "config"));
    rows.put("cli", allBut(rows));
    return Collections.unmodifiableMap(rows);
  }

  private static Map<String, List<String>> homes() {
    Map<String, List<String>> rows = new LinkedHashMap<>();
    row(rows, "org.pcap4j..", "capture.replay");
    row(rows, "org.snakeyaml..", "config");
    row(rows, "picocli..", "cli");
    row(rows, "org.apache.parquet..", "format");
    row(rows, "org.apache.avro..", "format");
    // types in Parquet's signatures
    row(rows, "org.apache.hadoop..", "format");
    row(rows, "com.github.luben.zstd..", "format");
    row(rows, "org.xerial.snappy..", "format");
    row(rows, "software.amazon.awssdk..", "store");
    row(rows, "java.net.http..", "store");
    row(rows, "javax.net.ssl..", "store");
    row(rows, "com.fasterxml.jackson.core..", "api", "cli", "store");
    row(rows, "io.netty..", "api", "port", "capture.ovs");
    row(rows, "io.micrometer..", "metrics");
    row(rows, "io.prometheus..", "metrics");
    row(rows, "jnr..");
    row(rows, "com.kenai..");
    // pcap4j's times are java.sql's
    row(rows, "java.sql..", "capture.replay");
    return Collections.unmodifiableMap(rows);
  }

  private static void row(Map<String, List<String>> rows, String name, String... others) {
    rows.put(name, List.copyOf(Arrays.asList(others)));
  }

  private static List<String> allBut(Map<String, List<String>> rows, String... left) {
    Set<String> names = new TreeSet<>(rows.keySet());
    names.removeAll(Arrays.asList(left));
    return List.copyOf(names);
  }
}
