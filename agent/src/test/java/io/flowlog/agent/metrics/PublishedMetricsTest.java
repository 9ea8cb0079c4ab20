package io.flowlog.agent.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What monitoring reads. */
class PublishedMetricsTest {
  private static final int SERIES_MAX = 200;
  private static final Pattern SAMPLE =
      Pattern.compile("(?m)^([a-zA-Z_:][a-zA-Z0-9_:]*(?:\\{[^}]*})?) (\\S+)$");
  private static final Pattern LABEL = Pattern.compile("[{,]([a-z_]+)=\"");

  private final AtomicReference<Health> health = new AtomicReference<>(Health.starting());
  private final PublishedMetrics metrics = new PublishedMetrics("1.2.3", health::get);
  private final EventLog quietLog =
      new EventLog(new PrintStream(OutputStream.nullOutputStream()), Map.of(), () -> 0);

  @AfterEach
  void close() {
    metrics.close();
  }

  @Test
  void shouldPublishEveryCounterWithItsNameAndHelp() {
    String text = metrics.text();
    for (AgentCounter counter : AgentCounter.values()) {
      String name = counter.metricName();
      assertTrue(name.matches("flowlog_[a-z0-9_]+_total"), name);
      assertTrue(text.contains("# HELP " + name + " " + counter.help() + "\n"), name);
      assertTrue(text.contains("# TYPE " + name + " counter\n"), name);
      assertEquals(0, value(seriesOf(counter)));
    }
  }

  private static String seriesOf(AgentCounter counter) {
    String outcome = counter.outcome();
    return counter.metricName() + (outcome.isEmpty() ? "" : "{outcome=\"" + outcome + "\"}");
  }

  @Test
  void shouldPublishEveryFigureAsItIsAtThatMoment() {
    AtomicLong base = new AtomicLong(100);
    metrics.add((AgentGauge gauge) -> base.get() + gauge.ordinal());
    for (AgentGauge gauge : AgentGauge.values()) {
      String name = gauge.metricName();
      assertTrue(metrics.text().contains("# HELP " + name + " " + gauge.help() + "\n"), name);
      assertTrue(metrics.text().contains("# TYPE " + name + " gauge\n"), name);
      String label = gauge.status().isEmpty() ? "" : "{status=\"" + gauge.status() + "\"}";
      assertEquals(100 + gauge.ordinal(), value(name + label));
    }
    base.set(7);
    assertEquals(7 + AgentGauge.PORTS.ordinal(), value("flowlog_ports"));
  }

  @Test
  void shouldSumTheWorkersAsTheyCount() {
    CounterSet first = new CounterSet();
    CounterSet second = new CounterSet();
    metrics.add(first);
    metrics.add(second);
    for (AgentCounter counter : AgentCounter.values()) {
      first.add(counter, 1000L + counter.ordinal());
      second.increment(counter);
    }
    for (AgentCounter counter : AgentCounter.values()) {
      assertEquals(1001 + counter.ordinal(), value(seriesOf(counter)));
    }
    first.add(AgentCounter.FRAMES, 5);
    assertEquals(1006 + AgentCounter.FRAMES.ordinal(), value("flowlog_frames_total"));
  }

  @Test
  void shouldPublishHealthAsItChanges() {
    assertEquals(0, value("flowlog_ready"));
    assertEquals(1, value("flowlog_live"));
    assertEquals(0, value("flowlog_problems"));
    health.set(new Health(true, false, List.of("a", "b"), List.of()));
    assertEquals(1, value("flowlog_ready"));
    assertEquals(0, value("flowlog_live"));
    assertEquals(2, value("flowlog_problems"));
  }

  @Test
  void shouldPublishEventsByTheirKind() {
    metrics.add(quietLog);
    for (EventKind kind : EventKind.values()) {
      assertEquals(0, value("flowlog_events_total{kind=\"" + kind.label() + "\"}"));
    }
    for (int i = 0; i < 7; i++) {
      quietLog.warning(EventKind.STORE, "503");
    }
    assertEquals(7, value("flowlog_events_total{kind=\"store\"}"));
    assertEquals(0, value("flowlog_events_total{kind=\"spool\"}"));
  }

  @Test
  void shouldSayWhichProgramItIs() {
    String java = System.getProperty("java.version");
    assertEquals(1, value("flowlog_build_info{java=\"" + java + "\",version=\"1.2.3\"}"));
  }

  @Test
  void shouldPublishWhatTheProcessTakes() {
    assertTrue(value("process_resident_memory_bytes") > 1 << 20);
    assertTrue(value("process_cpu_seconds_total") > 0);
    assertTrue(value("process_files_open_files") > 3);
    assertTrue(value("process_files_max_files") > 3);
    assertTrue(value("process_uptime_seconds") > 0);
    assertTrue(value("jvm_threads_live_threads") > 1);
    assertTrue(value("jvm_memory_used_bytes{area=\"heap\"", true) > 1 << 20);
    assertTrue(value("jvm_buffer_memory_used_bytes{id=\"direct\"", true) >= 0);
    assertTrue(value("jvm_gc_memory_allocated_bytes_total") >= 0);
  }

  @Test
  void shouldReadNoNumberFromAStatusThatHasNone(@TempDir Path folder) throws IOException {
    Path status = folder.resolve("status");
    assertEquals(Double.NaN, ProcessFigures.residentBytes(status));
    Files.writeString(status, "Name:\tjava\n");
    assertEquals(Double.NaN, ProcessFigures.residentBytes(status));
    Files.writeString(status, "VmRSS:\tmuch kB\n");
    assertEquals(Double.NaN, ProcessFigures.residentBytes(status));
    Files.writeString(status, "Name:\tjava\nVmRSS:\t     300 kB\n");
    assertEquals(300 * 1024, ProcessFigures.residentBytes(status));
  }

  @Test
  void shouldHaveFewSeriesWhoseLabelsAreBounded() {
    metrics.add(quietLog);
    System.gc(); // so that the collector's series are there
    Set<String> labels = new TreeSet<>();
    Map<String, Double> samples = samples();
    for (String sample : samples.keySet()) {
      Matcher label = LABEL.matcher(sample);
      while (label.find()) {
        labels.add(label.group(1));
      }
    }
    labels.removeAll(
        Set.of(
            "action", "area", "cause", "gc", "id", "java", "kind", "outcome", "state", "status",
            "version"));
    assertEquals(Set.of(), labels);
    assertTrue(samples.size() < SERIES_MAX, samples::toString);
  }

  @Test
  void shouldBeReadByPrometheusOwnTool() throws Exception {
    metrics.add(quietLog);
    System.gc();
    Process promtool =
        new ProcessBuilder("promtool", "check", "metrics").redirectErrorStream(true).start();
    try (OutputStream out = promtool.getOutputStream()) {
      out.write(metrics.text().getBytes(StandardCharsets.UTF_8));
    }
    String words =
        new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertEquals(0, promtool.waitFor(), words);
    assertEquals("", words);
  }

  private double value(String series) {
    Double value = samples().get(series);
    assertTrue(value != null, series + " is not published");
    return value;
  }

  private double value(String start, boolean isPrefix) {
    return samples().entrySet().stream()
        .filter(sample -> isPrefix && sample.getKey().startsWith(start))
        .mapToDouble(Map.Entry::getValue)
        .findFirst()
        .orElseThrow(() -> new AssertionError(start + " is not published"));
  }

  private Map<String, Double> samples() {
    Map<String, Double> samples = new HashMap<>();
    Matcher sample = SAMPLE.matcher(metrics.text());
    while (sample.find()) {
      String number = sample.group(2).replace("+Inf", "Infinity").replace("-Inf", "-Infinity");
      samples.put(sample.group(1), Double.valueOf(number));
    }
    return samples;
  }
}
