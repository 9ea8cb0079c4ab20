package io.flowlog.agent.worker;

import io.flowlog.agent.record.SlicePlan;
import java.util.List;

/** What is declared for the slices from now on, and whose rows are under which number. */
record NumberedPlan(SlicePlan slices, List<NumberedPort> ports) {
  static final NumberedPlan NOTHING = new NumberedPlan(SlicePlan.NONE, List.of());

  NumberedPlan {
    ports = List.copyOf(ports);
  }
}
