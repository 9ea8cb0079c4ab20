/**
 * libc and the kernel for the agent: packet sockets, their rings and waiting for them, datagrams to
 * local sockets. Knows nothing of flows.
 *
 * <p>Four layers: {@code LibC} declares the calls, {@code Abi} the numbers and layouts of the
 * kernel's structures, {@code PacketSocket} the operations with their errors, and {@code
 * PacketRing}, {@code RingPoll}, {@code Interfaces}, {@code LocalDatagrams} and {@code
 * MonotonicClock} are what others use.
 */
@NullMarked
package io.flowlog.bridge;

import org.jspecify.annotations.NullMarked;
