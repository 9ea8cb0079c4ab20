/**
 * Benchmarks of the stages that see every packet or every row, each beside a plain way to do it.
 */
@NullMarked
package io.flowlog.agent.bench;

import org.jspecify.annotations.NullMarked;
