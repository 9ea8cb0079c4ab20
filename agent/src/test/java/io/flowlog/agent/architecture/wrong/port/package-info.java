/** Stands for the agent's package of the same name. */
@NullMarked
package io.flowlog.agent.architecture.wrong.port;

import org.jspecify.annotations.NullMarked;
