/** Stands for the native side. */
@NullMarked
package io.flowlog.agent.architecture.wrongbridge;

import org.jspecify.annotations.NullMarked;
