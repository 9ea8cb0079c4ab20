package io.flowlog.agent.architecture.wrong.misc;

/** Lives in a package that has no row. */
public final class Helper {}
