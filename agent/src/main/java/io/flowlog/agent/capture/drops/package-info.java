/**
 * What the kernel drops, as a program in it adds it up, and whose packets these were: by the
 * interfaces where they came in and were to leave, else by address.
 */
@NullMarked
package io.flowlog.agent.capture.drops;

import org.jspecify.annotations.NullMarked;
