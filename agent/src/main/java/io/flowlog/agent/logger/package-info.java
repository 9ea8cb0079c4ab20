/**
 * Declared loggers and their validation: which ports, which traffic, which interval, which format,
 * which destination.
 */
@NullMarked
package io.flowlog.agent.logger;

import org.jspecify.annotations.NullMarked;
