/**
 * Declared loggers and their validation: which ports, which traffic, which interval, which format,
 * which destination; and which ports have to be captured for them.
 */
@NullMarked
package io.flowlog.agent.logger;

import org.jspecify.annotations.NullMarked;
