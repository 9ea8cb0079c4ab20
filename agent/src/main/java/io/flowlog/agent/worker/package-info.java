/** Every thread and every queue between threads, and the wiring of the pipeline. */
@NullMarked
package io.flowlog.agent.worker;

import org.jspecify.annotations.NullMarked;
