/**
 * libc and the kernel for the agent: packet sockets, their rings and waiting for them, which
 * network interfaces there are, datagrams to local sockets. Knows nothing of flows.
 *
 * <p>Four layers: {@code LibC} declares the calls, {@code Abi} the numbers and layouts of the
 * kernel's structures, {@code PacketSocket} and {@code NetlinkSocket} the operations with their
 * errors, and {@code PacketRing}, {@code RingPoll}, {@code Interfaces}, {@code LinkMonitor}, {@code
 * LocalDatagrams} and {@code MonotonicClock} are what others use.
 */
@NullMarked
package io.flowlog.bridge;

import org.jspecify.annotations.NullMarked;
