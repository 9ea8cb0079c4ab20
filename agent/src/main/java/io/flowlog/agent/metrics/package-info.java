/** Every number that the agent publishes, and how errors are counted. */
@NullMarked
package io.flowlog.agent.metrics;

import org.jspecify.annotations.NullMarked;
