package io.flowlog.agent.logger;

import io.flowlog.agent.port.LoggingPort;
import java.util.Set;

/** Which logging ports a logger covers: those of its resource that its owner may look at. */
public final class Coverage {
  private final Set<String> adminProjects;
  private final boolean everything;

  /** Makes the rule for a host; loggers of these projects may cover everybody's ports. */
  public Coverage(LoggerConfig config) {
    this(config, false);
  }

  private Coverage(LoggerConfig config, boolean everything) {
    adminProjects = Set.copyOf(config.adminProjects());
    this.everything = everything;
  }

  /** Returns the rule for a capture that is one port's whatever the loggers name. */
  public static Coverage ofEverything() {
    return new Coverage(LoggerConfig.defaults(), true);
  }

  /** Tells whether a logger covers a port. */
  public boolean covers(FlowLogger logger, LoggingPort port) {
    return everything || (isOfResource(logger, port) && mayLookAt(logger, port));
  }

  private static boolean isOfResource(FlowLogger logger, LoggingPort port) {
    String resourceId = logger.resourceId().toString();
    return switch (logger.resourceType()) {
      case PORT -> resourceId.equals(port.portId());
      case SUBNET -> resourceId.equals(port.subnetId());
      case VPC -> resourceId.equals(port.networkId());
    };
  }

  private boolean mayLookAt(FlowLogger logger, LoggingPort port) {
    String project = logger.projectId();
    return project == null || adminProjects.contains(project) || project.equals(port.projectId());
  }
}
