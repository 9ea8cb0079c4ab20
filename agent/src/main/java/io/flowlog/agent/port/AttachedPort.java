package io.flowlog.agent.port;

/**
 * A logging port that is on this host now.
 *
 * @param port the port, whose device is the one that was found
 * @param interfaceIndex the kernel's number for the interface
 * @param device the interface's name
 */
public record AttachedPort(LoggingPort port, int interfaceIndex, String device) {}
