package io.flowlog.agent.cli;

import io.flowlog.agent.cli.demo.DemoFolder;
import io.flowlog.agent.cli.demo.DemoNetwork;
import io.flowlog.agent.cli.demo.FileTree;
import io.flowlog.agent.cli.demo.RecordTable;
import io.flowlog.agent.spool.SpoolException;
import io.flowlog.agent.worker.StopSignal;
import io.flowlog.agent.worker.host.HostCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows the main job with nothing else needed: packets of a small cloud in, files out. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the main job. As root: makes a small host (three virtual machines at a bridge, in"
          + " network namespaces), runs the agent there while the machines talk, shows the"
          + " flow-log files and what is in them, and removes the host again.",
      "Else: makes the packets of such a cloud and replays them."
    })
final class DemoCommand implements Callable<Integer> {
  private static final int ROOT = 0;
  static final int SHOWN_RECORDS = 32;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "flowlog-demo",
      description = "Where everything goes (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("");

  @Option(names = "--replay", description = "Replay made-up packets, as root too.")
  private boolean replay;

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    DemoFolder folder = new DemoFolder(out);
    try (StopSignal stop = StopSignal.listen()) {
      if (folder.isSomebodysElse()) {
        throw new CommandFailure(
            out + ": is not empty, and no demo made it: name another folder with --out");
      }
      folder.prepare();
      DemoNetwork network = replay ? null : network();
      if (network == null) {
        new ReplayDemo(folder, stop).run();
      } else {
        new LiveDemo(folder, network, stop).run();
      }
    } catch (IOException e) {
      throw new CommandFailure(
          out
              + ": the demo cannot work there: "
              + SpoolException.reasonOf(e)
              + ": name another folder with --out");
    }
    return Main.DONE;
  }

  /** Returns a host for the live demo, or null where there can be none. */
  private static @Nullable DemoNetwork network() throws IOException {
    String obstacle = null;
    if (!Integer.valueOf(ROOT).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
      obstacle = "this is not root";
    } else if (HostCheck.ofThisProcess().obstacle().isPresent()) {
      obstacle = HostCheck.ofThisProcess().obstacle().get();
    } else {
      try {
        return DemoNetwork.open();
      } catch (IOException e) {
        obstacle = String.valueOf(e.getMessage());
      }
    }
    say("No live host, but made-up packets: " + obstacle);
    say("");
    return null;
  }

  /** Shows which files there are. */
  static void showFiles(DemoFolder folder) throws IOException {
    FileTree.of(folder.path()).forEach(line -> say("   " + line));
    say("");
  }

  /** Shows the first records of a table. */
  static void showRecords(RecordTable table) {
    table.lines(SHOWN_RECORDS).forEach(System.out::println);
    System.out.flush();
    say("");
    say("   dir: as the machine at that port sees it. flags: S SYN, A SYN+ACK, F FIN, R RST.");
    say("   The files say more: addresses and ids, set-up time, who began, verdict, status.");
    say("");
  }

  /**
   * Returns the program as a shell here would call it: the launcher lies beside the jar's folder.
   */
  static String program() {
    Path here = Path.of("").toAbsolutePath();
    Path jar = Path.of(System.getProperty("java.class.path"));
    Path launcher = jar.toAbsolutePath().normalize().resolveSibling("../bin/flowlog-agent");
    Path known = launcher.normalize();
    if (!known.toFile().canExecute()) {
      return "flowlog-agent";
    }
    return known.startsWith(here) ? here.relativize(known).toString() : known.toString();
  }

  static void say(String line) {
    System.err.println(line);
  }
}
