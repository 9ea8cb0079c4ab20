package io.flowlog.agent.architecture.wrongbridge;

/** Stands for a class of the native side. */
public final class NativeCall {}
