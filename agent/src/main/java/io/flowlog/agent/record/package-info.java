/**
 * What a record is, its fields, and how one is built from a connection, its port and its logger.
 */
@NullMarked
package io.flowlog.agent.record;

import org.jspecify.annotations.NullMarked;
