/** Stands for a package that nobody planned. */
@NullMarked
package io.flowlog.agent.architecture.wrong.misc;

import org.jspecify.annotations.NullMarked;
