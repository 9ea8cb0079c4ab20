/** The command line: replay, check-config, demo. */
@NullMarked
package io.flowlog.agent.cli;

import org.jspecify.annotations.NullMarked;
