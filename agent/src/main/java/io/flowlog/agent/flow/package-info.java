/**
 * Follows connections: the connection table, TCP state, expiry, the cut into slices of time, and
 * folding when the table is full.
 *
 * <p>The table knows no loggers. It is cut wherever an interval of any of them begins or ends, and
 * what lies between two cuts is a slice; it also counts apart what some of them want apart: packets
 * of connection set-up, and dropped ones.
 */
@NullMarked
package io.flowlog.agent.flow;

import org.jspecify.annotations.NullMarked;
