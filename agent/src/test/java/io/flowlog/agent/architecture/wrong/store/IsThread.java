package io.flowlog.agent.architecture.wrong.store;

/** Is a thread. */
public final class IsThread extends Thread {}
