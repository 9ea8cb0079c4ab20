package io.flowlog.agent.config;

import io.flowlog.agent.logger.FieldChoice;
import io.flowlog.agent.logger.FlowLogger;
import io.flowlog.agent.logger.FlowLogger.Layout;
import io.flowlog.agent.logger.LoggerIds;
import io.flowlog.agent.logger.LoggerRules;
import io.flowlog.agent.store.StoreConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The files in which an operator, or the agent's own API, declares loggers. Owned by who reads
 * them.
 */
public final class LoggerFiles {
  /** What the API wraps a logger into, so that its requests and answers serve as files. */
  private static final String API_WRAPPER = "flowlog_logger";

  private final List<Path> paths;
  private final LoggerRules rules;
  private final DeclarationLoader.LastGood<FlowLogger> lastGood =
      new DeclarationLoader.LastGood<>();

  /** Names files, or directories of files. */
  public LoggerFiles(List<Path> paths, LoggerRules rules) {
    this.paths = List.copyOf(paths);
    this.rules = rules;
  }

  /** Returns the rules that loggers in files are held to. */
  public static LoggerRules rules(Map<Layout, FieldChoice> fieldChoices, StoreConfig store) {
    return new LoggerRules(fieldChoices, StoreSection.rules(store));
  }

  /** Loads one file, or the files of a directory. */
  public static Declarations<FlowLogger> load(Path path, LoggerRules rules) {
    return new LoggerFiles(List.of(path), rules).read();
  }

  /** Reads the files. One that was good when it was last read, and is not now, counts as then. */
  public Declarations<FlowLogger> read() {
    DeclarationLoader<FlowLogger> loader =
        new DeclarationLoader<>(
            (tree, fileName, index) -> rules.check(tree, LoggerIds.ofFile(fileName, index)),
            API_WRAPPER,
            lastGood);
    loader.load(paths);
    loader.refuseDuplicates("id", logger -> logger.id().toString());
    return loader.result();
  }
}
