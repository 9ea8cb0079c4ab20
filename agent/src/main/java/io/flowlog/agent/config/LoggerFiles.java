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

/** Loads the loggers that an operator, or the agent's own API, declared in files. */
public final class LoggerFiles {
  /** What the API wraps a logger into, so that its requests and answers serve as files. */
  private static final String API_WRAPPER = "flowlog_logger";

  private LoggerFiles() {}

  /** Returns the rules that loggers in files are held to. */
  public static LoggerRules rules(Map<Layout, FieldChoice> fieldChoices, StoreConfig store) {
    return new LoggerRules(fieldChoices, Endpoints.rules(store));
  }

  /** Loads one file, or the files of a directory. */
  public static Declarations<FlowLogger> load(Path path, LoggerRules rules) {
    return load(List.of(path), rules);
  }

  /** Loads files, or the files of directories. */
  public static Declarations<FlowLogger> load(List<Path> paths, LoggerRules rules) {
    DeclarationLoader<FlowLogger> loader =
        new DeclarationLoader<>(
            (tree, fileName, index) -> rules.check(tree, LoggerIds.ofFile(fileName, index)),
            API_WRAPPER);
    paths.forEach(loader::load);
    loader.refuseDuplicates("id", logger -> logger.id().toString());
    return loader.result();
  }
}
