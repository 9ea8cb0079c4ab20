/** Files into each package's own configuration record; all mistakes at once, with file and line. */
@NullMarked
package io.flowlog.agent.config;

import org.jspecify.annotations.NullMarked;
