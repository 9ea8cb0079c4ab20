package io.flowlog.agent.architecture.wrong.flow;

/** Settings, which break no rule. */
public record TableConfig(int size) {}
