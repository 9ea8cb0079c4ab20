package io.flowlog.agent.architecture.wrong.decode;

/** A packet, which breaks no rule. */
public final class Packet {}
