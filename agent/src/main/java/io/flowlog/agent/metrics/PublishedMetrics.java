package io.flowlog.agent.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * Every number of the agent in Prometheus' text form. Owned by the program; any thread may ask.
 *
 * <p>It reads the workers' counters where they lie and costs them nothing. What it reads may be a
 * moment old, as the owner does not wait for readers.
 */
public final class PublishedMetrics implements AutoCloseable {
  /** The form of {@link #text()} as HTTP names it. */
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final List<CounterSet> counterSets = new CopyOnWriteArrayList<>();
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final ProcessFigures process = new ProcessFigures();

  /** Makes the numbers of a program of that version, whose health is asked for at each reading. */
  public PublishedMetrics(String version, Supplier<Health> health) {
    for (AgentCounter counter : AgentCounter.values()) {
      FunctionCounter.builder(counter.metricName(), this, self -> self.sum(counter))
          .tags(label("outcome", counter.outcome()))
          .description(counter.help())
          .register(registry);
    }
    addHealth(health);
    addBuild(version);
    process.bindTo(registry);
  }

  private void addHealth(Supplier<Health> health) {
    Gauge.builder("flowlog_ready", () -> health.get().isReady() ? 1 : 0)
        .description("1 while the agent does its work; /health says what is wrong.")
        .register(registry);
    Gauge.builder("flowlog_live", () -> health.get().isLive() ? 1 : 0)
        .description("1 while all threads make progress; if not, only a restart helps.")
        .register(registry);
    Gauge.builder("flowlog_problems", () -> health.get().problems().size())
        .description("How many problems /health lists.")
        .register(registry);
  }

  private void addBuild(String version) {
    // not through micrometer, which takes the ending of the name away
    InfoSnapshot build =
        InfoSnapshot.builder()
            .name("flowlog_build")
            .help("Which program this is, and what it runs on; always 1.")
            .dataPoint(
                InfoSnapshot.InfoDataPointSnapshot.builder()
                    .labels(
                        Labels.of(
                            "version", version, "java", System.getProperty("java.version", "")))
                    .build())
            .build();
    registry.getPrometheusRegistry().register(() -> build);
  }

  /** Adds a worker's counters to the sums; they stay when the worker ends. */
  public void add(CounterSet counters) {
    counterSets.add(counters);
  }

  /** Adds what the program's log counts; once. */
  public void add(EventLog log) {
    for (EventKind kind : EventKind.values()) {
      FunctionCounter.builder("flowlog_events_total", log, self -> self.count(kind))
          .description("Events in the agent's own log, shown or not; the log says more.")
          .tag("kind", kind.label())
          .register(registry);
    }
  }

  /** Adds the figures of the moment; once. */
  public void add(AgentGauge.Source figures) {
    for (AgentGauge gauge : AgentGauge.values()) {
      Gauge.builder(gauge.metricName(), figures, source -> source.valueOf(gauge))
          .tags(label("status", gauge.status()))
          .description(gauge.help())
          .strongReference(true)
          .register(registry);
    }
  }

  private static Tags label(String name, String value) {
    return value.isEmpty() ? Tags.empty() : Tags.of(name, value);
  }

  private double sum(AgentCounter counter) {
    long sum = 0;
    for (CounterSet counters : counterSets) {
      sum += counters.get(counter);
    }
    return sum;
  }

  /** Returns all numbers as they are now. */
  public String text() {
    return registry.scrape(CONTENT_TYPE);
  }

  @Override
  public void close() {
    process.close();
    registry.close();
  }
}
