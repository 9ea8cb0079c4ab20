/**
 * libc and the kernel for the agent: packet sockets, their rings and waiting for them, which
 * network interfaces there are, which packets are dropped or logged, who filters, datagrams to
 * local sockets, names that only one process has. Knows nothing of flows.
 *
 * <p>Four layers: {@code LibC} and {@code LibBpf} declare the calls, {@code Abi} and {@code
 * DropLayout} the numbers and layouts of structures, {@code PacketSocket}, {@code NetlinkSocket}
 * and {@code BpfObject} the operations with their errors, and {@code PacketRing}, {@code RingPoll},
 * {@code Interfaces}, {@code LinkMonitor}, {@code DropProgram}, {@code NflogSocket}, {@code
 * FilterChains}, {@code LocalDatagrams}, {@code NamespaceClaim} and {@code MonotonicClock} are what
 * others use.
 */
@NullMarked
package io.flowlog.bridge;

import org.jspecify.annotations.NullMarked;
