/**
 * Follows connections: the connection table, TCP state, expiry, the interval cut, and folding when
 * the table is full.
 */
@NullMarked
package io.flowlog.agent.flow;

import org.jspecify.annotations.NullMarked;
