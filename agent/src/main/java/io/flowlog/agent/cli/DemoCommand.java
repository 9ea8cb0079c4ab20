package io.flowlog.agent.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Shows the main job on made-up traffic. */
@Command(name = "demo", mixinStandardHelpOptions = true, description = "Shows the main job.")
final class DemoCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    return Main.DONE;
  }
}
