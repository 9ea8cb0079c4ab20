/**
 * Declared loggers and their validation: which ports, which traffic, which interval, which format,
 * which destination; which ports have to be captured for them; and how both fare at a moment.
 */
@NullMarked
package io.flowlog.agent.logger;

import org.jspecify.annotations.NullMarked;
