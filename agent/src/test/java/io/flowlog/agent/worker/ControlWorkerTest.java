package io.flowlog.agent.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.flowlog.agent.logger.CapturePlan;
import io.flowlog.agent.logger.Coverage;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.LoggerConfig;
import io.flowlog.agent.port.LoggingPort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ControlWorkerTest {
  private static final LoggingPort PORT_1 = ReplayFixture.port(1, "02:00:00:00:00:01");
  private static final LoggingPort PORT_2 = ReplayFixture.port(2, "02:00:00:00:00:02");
  private static final FlowLogger LOGGER = new ReplayFixture(Path.of("")).logger();

  private final List<String> followed = new ArrayList<>();
  private Declared declared = new Declared(List.of(LOGGER), List.of(PORT_1), List.of());
  private List<String> refusals = List.of();
  private final ControlWorker control =
      new ControlWorker(() -> declared, new Coverage(LoggerConfig.defaults()), new Follower());

  /** Writes down what it is told. */
  private final class Follower implements ControlWorker.PlanFollower {
    private List<String> held = List.of();

    @Override
    public void follow(CapturePlan plan, long nowNs) {
      held = refusals;
      List<String> devices =
          plan.ports().stream().map(port -> String.valueOf(port.device())).toList();
      followed.add(nowNs + " " + plan.loggers().size() + " " + String.join(",", devices));
    }

    @Override
    public List<String> refusals() {
      return held;
    }
  }

  @Test
  void shouldFollowOnlyWhatIsDifferent() throws IOException {
    control.reload(1);
    control.reload(2);
    declared = new Declared(List.of(LOGGER), List.of(PORT_1, PORT_2), List.of("a.yaml: bad"));
    control.reload(3);
    declared = new Declared(List.of(LOGGER), List.of(PORT_1, PORT_2), List.of());
    control.reload(4);
    declared = new Declared(List.of(), List.of(PORT_1, PORT_2), List.of());
    control.reload(5);
    assertEquals(List.of("1 1 tap1", "3 1 tap1,tap2", "5 0 "), followed);
  }

  @Test
  void shouldTellWhatIsWrongUntilItIsMended() throws IOException {
    refusals = List.of("one port too many");
    declared = new Declared(List.of(LOGGER), List.of(PORT_1), List.of("a.yaml: bad"));
    control.reload(1);
    assertEquals(List.of("a.yaml: bad", "one port too many"), control.problems());
    declared = new Declared(List.of(LOGGER), List.of(PORT_1), List.of());
    control.reload(2);
    assertEquals(List.of("one port too many"), control.problems());
    refusals = List.of();
    control.reload(3);
    assertEquals(List.of(), control.problems());
    control.reload(4);
    assertEquals(List.of("1 1 tap1", "2 1 tap1", "3 1 tap1"), followed);
  }
}
