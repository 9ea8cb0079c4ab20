/**
 * Turns batches of records into bytes: CSV, Parquet, compression; knows nothing of files.
 *
 * <p>Which columns there are, and what stands for what, is the {@link
 * io.flowlog.agent.record.RowLayout}'s; an encoder knows no layout by name. When a row has no value
 * is said once for all formats: of numbers in {@code RowNumber}, of rows without traffic in {@link
 * io.flowlog.agent.record.RecordField#isKnownWithoutTraffic}.
 */
@NullMarked
package io.flowlog.agent.format;

import org.jspecify.annotations.NullMarked;
