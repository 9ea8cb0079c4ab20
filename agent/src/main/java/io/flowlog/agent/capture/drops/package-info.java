/**
 * What the host drops, from any source of such evidence, and whose packets these were: by the
 * interfaces where they came in and were to leave, else by address. The source that is here is a
 * program in the kernel, which adds drops up.
 */
@NullMarked
package io.flowlog.agent.capture.drops;

import org.jspecify.annotations.NullMarked;
