package io.flowlog.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.cli.demo.CaptureFileWriter;
import io.flowlog.agent.cli.demo.FrameBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a replay reads and writes, in the folder of one test. */
final class ReplayFiles {
  /** 2026-01-02 03:04:05 UTC. */
  static final long START_NS = 1_767_323_045_000_000_000L;

  static final String VM = "10.0.0.5";
  static final String WEB = "192.0.2.80";
  static final String VM_MAC = "fa:16:3e:00:00:05";
  static final String ROUTER_MAC = "fa:16:3e:ff:ff:ff";
  static final String PORT_ID = "00000000-0000-4000-8000-0000000000aa";
  static final String VM_ID = "00000000-0000-4000-8000-0000000000bb";
  static final String LOGGER_ID = "11111111-1111-4111-8111-111111111111";

  /** A logger of one port, which takes every field from its defaults but these. */
  static final String LOGGER =
      """
      id: %s
      name: test
      resource_id: %s
      storage_type: FILE
      storage_url: file:///test
      """
          .formatted(LOGGER_ID, PORT_ID);

  static final String PORTS =
      """
      - port_id: %s
        mac: %s
        vm_id: %s
      """
          .formatted(PORT_ID, VM_MAC, VM_ID);

  private final Path folder;

  ReplayFiles(Path folder) {
    this.folder = folder;
  }

  Path path(String name) {
    return folder.resolve(name);
  }

  String text(String name, String content) throws IOException {
    return Files.writeString(path(name), content).toString();
  }

  /** Writes a capture of so many DNS questions, each of a connection of its own. */
  String questions(String name, int count, long stepNs) throws IOException {
    return questions(name, count, stepNs, 1000);
  }

  /** Writes a capture of questions whose ports count on from the first. */
  String questions(String name, int count, long stepNs, int firstPort) throws IOException {
    try (CaptureFileWriter writer = CaptureFileWriter.create(path(name), 1)) {
      for (int i = 0; i < count; i++) {
        FrameBuilder frame = fromVm().udp(firstPort + i, 53).payloadOf(20);
        writer.write(START_NS + i * stepNs, frame);
      }
    }
    return path(name).toString();
  }

  /** Writes a capture of one question, its answer, and a TCP segment to port 80. */
  String exchange(String name) throws IOException {
    try (CaptureFileWriter writer = CaptureFileWriter.create(path(name), 1)) {
      writer.write(START_NS, fromVm().udp(5353, 53).payloadOf(20));
      writer.write(START_NS + 2_000_000, toVm().udp(53, 5353).payloadOf(80));
      writer.write(
          START_NS + 61_000_000_000L, fromVm().tcp(40_000, 80, FrameBuilder.SYN).payloadOf(0));
    }
    return path(name).toString();
  }

  static FrameBuilder fromVm() {
    return FrameBuilder.ethernet(VM_MAC, ROUTER_MAC).ipv4(VM, WEB);
  }

  static FrameBuilder toVm() {
    return FrameBuilder.ethernet(ROUTER_MAC, VM_MAC).ipv4(WEB, VM);
  }

  /** Returns everything below a directory by its path, folders too if they are empty. */
  static SortedMap<String, byte[]> below(Path out) throws IOException {
    SortedMap<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(out)) {
      for (Path path : paths.filter(at -> !at.equals(out)).toList()) {
        if (Files.isRegularFile(path)) {
          files.put(out.relativize(path).toString(), Files.readAllBytes(path));
        } else if (path.toFile().list().length == 0) {
          files.put(out.relativize(path) + "/", new byte[0]);
        }
      }
    }
    return files;
  }

  /** Returns the rows of the only file below a directory, each by the names of its columns. */
  static List<Map<String, String>> rows(Path out) throws IOException {
    SortedMap<String, byte[]> files = below(out);
    assertEquals(1, files.size(), files.keySet().toString());
    return rows(files.values().iterator().next());
  }

  static List<Map<String, String>> rows(byte[] csv) {
    List<String> lines = new String(csv, StandardCharsets.UTF_8).lines().toList();
    List<String> names = List.of(lines.get(0).split(",", -1));
    List<Map<String, String>> rows = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] values = line.split(",", -1);
      assertEquals(names.size(), values.length, line);
      Map<String, String> row = new LinkedHashMap<>();
      for (int i = 0; i < values.length; i++) {
        row.put(names.get(i), values[i]);
      }
      rows.add(row);
    }
    return rows;
  }

  /** Returns one column of some rows. */
  static List<String> column(List<Map<String, String>> rows, String name) {
    return rows.stream().map(row -> row.getOrDefault(name, "(no column)")).sorted().toList();
  }
}
