/**
 * libc and the kernel for the agent: packet sockets, their rings and waiting for them, and which
 * network interfaces there are. Knows nothing of flows.
 *
 * <p>Four layers: {@code LibC} declares the calls, {@code Abi} the numbers and layouts of the
 * kernel's structures, {@code PacketSocket} and {@code NetlinkSocket} the operations with their
 * errors, and {@code PacketRing}, {@code RingPoll}, {@code Interfaces} and {@code LinkMonitor} are
 * what others use.
 */
@NullMarked
package io.flowlog.bridge;

import org.jspecify.annotations.NullMarked;
