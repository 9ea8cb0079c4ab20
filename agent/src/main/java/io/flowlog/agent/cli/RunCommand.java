package io.flowlog.agent.cli;

import io.flowlog.agent.api.ApiConfig;
import io.flowlog.agent.api.ListenException;
import io.flowlog.agent.api.MetricsListener;
import io.flowlog.agent.api.SocketListener;
import io.flowlog.agent.capture.CaptureConfig;
import io.flowlog.agent.config.AgentConfig;
import io.flowlog.agent.config.LoggerFiles;
import io.flowlog.agent.format.EncoderSettings;
import io.flowlog.agent.logger.AgentSnapshot;
import io.flowlog.agent.metrics.AgentGauge;
import io.flowlog.agent.metrics.EventKind;
import io.flowlog.agent.metrics.EventLog;
import io.flowlog.agent.metrics.Health;
import io.flowlog.agent.metrics.PublishedMetrics;
import io.flowlog.agent.record.RowLayout;
import io.flowlog.agent.worker.Daemon;
import io.flowlog.agent.worker.DaemonSettings;
import io.flowlog.agent.worker.ReloadWishes;
import io.flowlog.agent.worker.ServiceManager;
import io.flowlog.agent.worker.StopSignal;
import io.flowlog.agent.worker.WorkerCounters;
import io.flowlog.agent.worker.WorkerFailure;
import io.flowlog.agent.worker.host.HostCheck;
import io.flowlog.agent.worker.host.OnlyAgent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The daemon: captures until it is asked to stop. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = {
      "Captures at the logging ports of this host and stores the flow logs of its loggers, until it"
          + " is asked to stop (SIGTERM). SIGHUP has loggers and ports read again."
    })
final class RunCommand implements Callable<Integer> {
  @Mixin private ConfigOptions options = new ConfigOptions();

  private final EventLog log = new EventLog(System.err, System.getenv(), System::nanoTime);
  private final WorkerCounters counters = WorkerCounters.atZero();
  private final AtomicReference<@Nullable Daemon> running = new AtomicReference<>();

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    AgentConfig agent = options.loadUsable();
    HostCheck host = HostCheck.ofThisProcess();
    Optional<String> obstacle = host.obstacle();
    if (obstacle.isPresent()) {
      throw new CommandFailure(obstacle.get());
    }
    host.tooFewFiles(CaptureConfig.RING_PORTS)
        .ifPresent(warning -> log.warning(EventKind.HOST, warning));
    log.info(EventKind.STARTED, "flowlog-agent " + Version.text() + " with " + options.file());
    try (OnlyAgent only = OnlyAgent.claim();
        StopSignal stop = StopSignal.listen();
        PublishedMetrics metrics = metrics()) {
      only.warning().ifPresent(warning -> log.warning(EventKind.HOST, warning));
      return serve(agent, metrics, stop, only);
    } catch (ListenException e) {
      throw new CommandFailure(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new CommandFailure("the agent cannot work: " + e.getMessage());
    }
  }

  private PublishedMetrics metrics() {
    PublishedMetrics metrics = new PublishedMetrics(Version.text(), this::health);
    counters.all().forEach(metrics::add);
    metrics.add(this::figure);
    metrics.add(log);
    return metrics;
  }

  private Health health() {
    Daemon daemon = running.get();
    return daemon == null ? Health.starting() : daemon.health();
  }

  private double figure(AgentGauge gauge) {
    Daemon daemon = running.get();
    return daemon == null ? Double.NaN : daemon.figure(gauge);
  }

  private AgentSnapshot snapshot() {
    Daemon daemon = running.get();
    return daemon == null ? AgentSnapshot.EMPTY : daemon.snapshot();
  }

  @SuppressWarnings("try") // listeners need nobody to call them
  private int serve(AgentConfig agent, PublishedMetrics metrics, StopSignal stop, OnlyAgent only)
      throws IOException, InterruptedException {
    ApiConfig api = agent.api();
    try (MetricsListener monitoring = monitoring(api, metrics);
        SocketListener commands = commands(api, metrics);
        ReloadWishes wishes =
            ReloadWishes.listen(List.of(agent.loggersDir(), agent.portsDir()), log);
        Daemon daemon = Daemon.start(settings(agent), surroundings(agent, wishes, only))) {
      running.set(daemon);
      daemon.supervise(stop);
      return Main.DONE;
    } catch (WorkerFailure e) {
      log.error(EventKind.WORKER, String.valueOf(e.getMessage()));
      if (!(e.getCause() instanceof IOException)) {
        e.printStackTrace();
      }
      return Main.FAILED;
    } finally {
      running.set(null);
    }
  }

  private @Nullable MetricsListener monitoring(ApiConfig api, PublishedMetrics metrics)
      throws ListenException {
    ApiConfig.Endpoint endpoint = api.metricsListen();
    return endpoint == null ? null : MetricsListener.open(endpoint, metrics, this::health);
  }

  private @Nullable SocketListener commands(ApiConfig api, PublishedMetrics metrics)
      throws ListenException {
    Path socket = api.socket();
    return socket == null
        ? null
        : SocketListener.open(socket, metrics, this::health, this::snapshot);
  }

  private Daemon.Surroundings surroundings(AgentConfig agent, ReloadWishes wishes, OnlyAgent only) {
    return new Daemon.Surroundings(
        new DeclaredFiles(
            agent.loggersDir(),
            agent.portsDir(),
            LoggerFiles.rules(RowLayout.fieldChoices(), agent.store())),
        wishes,
        log,
        ServiceManager.of(System.getenv(), log),
        counters,
        only);
  }

  private static DaemonSettings settings(AgentConfig agent) {
    return new DaemonSettings(
        agent.stateDir(),
        agent.capture(),
        agent.flow(),
        agent.logger(),
        agent.store(),
        agent.spool(),
        new EncoderSettings(
            agent.timestampUnit(), agent.format().csvHeader(), agent.region(), agent.host()),
        agent.timeZone(),
        agent.record().intervalUnit().toNanos(),
        agent.format().rowsPerFile());
  }
}
