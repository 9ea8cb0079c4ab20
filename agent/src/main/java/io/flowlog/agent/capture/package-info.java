/**
 * Yields evidence about logging ports, frame by frame, and counts what it missed. Imports only
 * {@code metrics}.
 */
@NullMarked
package io.flowlog.agent.capture;

import org.jspecify.annotations.NullMarked;
