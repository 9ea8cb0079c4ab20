package io.flowlog.agent.capture;

/**
 * What is known of a connection of a logging port that was there before the port was captured.
 * Immutable. Addresses and ports are those on the wire at the port; the local side is the virtual
 * machine's.
 *
 * @param localHigh 0 for IPv4, whose addresses are in the lower half
 * @param openedByLocal whether the virtual machine opened it
 * @param established whether it is TCP, and open
 * @param answered whether the other side has answered
 */
public record OlderConnection(
    boolean ipv6,
    int protocol,
    long localHigh,
    long localLow,
    long remoteHigh,
    long remoteLow,
    int localPort,
    int remotePort,
    boolean openedByLocal,
    boolean established,
    boolean answered) {}
