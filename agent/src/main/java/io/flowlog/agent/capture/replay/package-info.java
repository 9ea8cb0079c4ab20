/**
 * Capture files as a source: classic pcap and pcapng, read in bulk, time taken from the packets.
 * libpcap (through pcap4j) serves filter expressions and capture without a ring of our own.
 */
@NullMarked
package io.flowlog.agent.capture.replay;

import org.jspecify.annotations.NullMarked;
