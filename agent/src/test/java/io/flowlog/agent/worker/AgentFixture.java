package io.flowlog.agent.worker;

import io.flowlog.agent.capture.CaptureSource;
import io.flowlog.agent.capture.DropReport;
import io.flowlog.agent.capture.Frame;
import io.flowlog.agent.capture.FrameHandler;
import io.flowlog.agent.flow.FlowConfig;
import io.flowlog.agent.flow.TableSize;
import io.flowlog.agent.format.EncoderSettings;
import io.flowlog.agent.format.TimestampUnit;
import io.flowlog.agent.logger.CapturePlan;
import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.LoggerConfig;
import io.flowlog.agent.metrics.CounterSet;
import io.flowlog.agent.port.LoggingPort;
import io.flowlog.agent.spool.ObjectNames;
import io.flowlog.agent.spool.Spool;
import io.flowlog.agent.spool.SpoolConfig;
import io.flowlog.agent.store.DirectoryStore;
import io.flowlog.agent.store.SpoolDelivery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A whole agent on one thread, whose frames, drop reports, losses and clock are made by a test. It
 * owns a folder and may live several times there.
 */
final class AgentFixture implements AutoCloseable {
  /** One unit of the loggers' intervals. */
  static final long UNIT_NS = 1_000_000_000L;

  static final String ADMIN_PROJECT = "ad".repeat(16);

  final List<FlowLogger> loggers = new ArrayList<>();
  final List<LoggingPort> ports = new ArrayList<>();
  final CounterSet counters = new CounterSet();
  boolean dropEvidence = true;
  int rowsPerFile = 20_000;

  /** Where declarations come from; the two lists, unless a test says otherwise. */
  Declared.Source source = () -> new Declared(loggers, ports, List.of());

  private final Path folder;
  private final Coverage coverage = new Coverage(new LoggerConfig(List.of(ADMIN_PROJECT)));
  private final Frames frames = new Frames();
  private final StateFolder state;
  private Spool spool;
  private SpoolWorker spoolWorker;
  private Pipeline pipeline;
  private ControlWorker control;

  /** A row of a file: its fields by name, and where it stands. */
  record Row(String file, Map<String, String> fields) {
    String get(String field) {
      return fields.getOrDefault(field, "(not there)");
    }

    /** Returns the file's minute and part, the last digit of the port's id, and some fields. */
    String inShort(String... names) {
      StringBuilder line = new StringBuilder(file.replaceAll(".*T\\d\\d:|_host-1|\\.csv", ""));
      line.append(' ').append(get("interface_id").substring(35));
      for (String name : names) {
        line.append(' ').append(get(name));
      }
      return line.toString();
    }

    long number(String field) {
      String text = get(field);
      return text.isEmpty() ? 0 : Long.parseLong(text);
    }
  }

  /** Hands over what a test has put in. */
  private static final class Frames implements CaptureSource {
    private final ArrayDeque<Frame> waiting = new ArrayDeque<>();

    @Override
    public int poll(FrameHandler handler, int frameLimit) {
      int count = 0;
      for (; count < frameLimit && !waiting.isEmpty(); count++) {
        handler.onFrame(waiting.remove());
      }
      return count;
    }

    @Override
    public boolean isExhausted() {
      return false;
    }

    @Override
    public void close() {
      waiting.clear();
    }
  }

  AgentFixture(Path folder, long startNs) throws IOException {
    this.folder = folder;
    spool = openSpool();
    state = new StateFolder(folder.resolve("state"));
    spoolWorker = makeSpoolWorker(startNs);
    pipeline = makePipeline();
    control = makeControl();
  }

  private Spool openSpool() throws IOException {
    return Spool.open(folder.resolve("spool"), new SpoolConfig(false), counters);
  }

  private SpoolWorker makeSpoolWorker(long nowNs) throws IOException {
    StateFolder spooled = new StateFolder(folder.resolve("spool"));
    ObjectNames names = new ObjectNames(ZoneOffset.UTC, "host-1", spooled.rememberedSinceNs(nowNs));
    EncoderSettings encoding =
        new EncoderSettings(TimestampUnit.NANOSECONDS, true, "KR1", "host-1");
    FileSettings files = new FileSettings(encoding, names, rowsPerFile);
    return SpoolWorker.of(spool, files, coverage, counters);
  }

  private Pipeline makePipeline() {
    PipelineSettings settings =
        new PipelineSettings(
            UNIT_NS,
            TableSize.growing(8 << 20, 20261120),
            FlowConfig.Timeouts.defaults(),
            new ExcludedNetworks(List.of()),
            Ownership.BY_ADDRESS,
            dropEvidence);
    return new Pipeline(settings, spoolWorker, counters);
  }

  private ControlWorker makeControl() throws IOException {
    return new ControlWorker(() -> source.read(), coverage, new Follower(state.lastAliveNs()));
  }

  /** Has the pipeline follow at once. */
  private final class Follower implements ControlWorker.PlanFollower {
    private final OptionalLong lastAliveNs;
    private boolean begun;
    private List<String> refusals = List.of();

    Follower(OptionalLong lastAliveNs) {
      this.lastAliveNs = lastAliveNs;
    }

    @Override
    public void follow(CapturePlan plan, long nowNs) throws IOException {
      refusals = begun ? pipeline.change(plan, nowNs) : pipeline.begin(plan, nowNs, lastAliveNs);
      begun = true;
    }

    @Override
    public List<String> refusals() {
      return refusals;
    }
  }

  Path out() {
    return folder.resolve("out");
  }

  /** Begins another life in the same folder, behind a {@link #kill} or {@link #stop}. */
  void start(long nowNs) throws IOException {
    spool = openSpool();
    spoolWorker = makeSpoolWorker(nowNs);
    pipeline = makePipeline();
    control = makeControl();
    reload(nowNs);
  }

  /** Follows what the lists of loggers and ports say now. */
  void reload(long nowNs) throws IOException {
    control.reload(nowNs);
    settle();
  }

  /** Returns what is wrong with the declarations, one line each. */
  List<String> problems() {
    return control.problems();
  }

  /** Hands over a frame that was seen at a port. */
  void see(Frame frame) throws IOException {
    frames.waiting.add(frame);
    pipeline.capture(frames, Integer.MAX_VALUE);
  }

  /** Hands over a drop report but for the port's and the drop point's numbers. */
  void drop(DropReport report, LoggingPort port, String dropPoint) throws IOException {
    number(report, port, dropPoint);
    drop(report);
  }

  /** Gives a drop report the numbers that its port and drop point have now. */
  void number(DropReport report, LoggingPort port, String dropPoint) throws IOException {
    report.portIndex = pipeline.numberOf(port);
    report.dropPoint = pipeline.numberOfDropPoint(dropPoint);
  }

  /** Hands over a drop report that has all its numbers. */
  void drop(DropReport report) {
    pipeline.drop(report);
  }

  void lose(LoggingPort port, long packets) {
    pipeline.lost(port, packets);
  }

  /** Lets time pass, and files be made and stored. */
  void advanceTo(long nowNs) throws IOException {
    state.alive(nowNs);
    pipeline.advanceTo(nowNs);
    settle();
  }

  private void settle() throws IOException {
    boolean busy;
    do {
      busy = spoolWorker.sealNext();
      busy |= SpoolDelivery.storeAll(spool, new DirectoryStore(out()), counters) > 0;
    } while (busy);
  }

  /** Ends this life in good order. */
  void stop(long nowNs) throws IOException {
    state.alive(nowNs);
    pipeline.stop(nowNs);
    settle();
    kill();
  }

  /** Ends this life as a kill does: what is on disk stays as it is. */
  void kill() throws IOException {
    spoolWorker.close();
    spool.close();
  }

  /** Returns the rows of all CSV files of a logger. */
  List<Row> rowsOf(FlowLogger logger) throws IOException {
    return rowsOf(logger.id());
  }

  /** Returns the rows of all CSV files of the logger with an id. */
  List<Row> rowsOf(UUID loggerId) throws IOException {
    List<Row> rows = new ArrayList<>();
    if (!Files.exists(out())) {
      return rows;
    }
    try (Stream<Path> paths = Files.walk(out())) {
      for (Path path : paths.filter(Files::isRegularFile).sorted().toList()) {
        if (String.valueOf(path.getFileName()).startsWith(loggerId.toString())) {
          read(path, rows);
        }
      }
    }
    return rows;
  }

  private void read(Path path, List<Row> rows) throws IOException {
    List<String> lines = Files.readAllLines(path);
    String[] names = lines.get(0).split(",", -1);
    for (String line : lines.subList(1, lines.size())) {
      String[] values = line.split(",", -1);
      Map<String, String> fields = new LinkedHashMap<>();
      for (int i = 0; i < names.length; i++) {
        fields.put(names[i], values[i]);
      }
      rows.add(new Row(out().relativize(path).toString(), fields));
    }
  }

  @Override
  public void close() throws IOException {
    kill();
  }
}
