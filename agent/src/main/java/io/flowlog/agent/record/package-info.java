/**
 * What a record is, its fields, and how one is built from a connection, its port and its logger.
 *
 * <ul>
 *   <li>Rows: {@link io.flowlog.agent.record.RecordBuilder} makes them of one slice of time, {@link
 *       io.flowlog.agent.record.FlowRecord} is one of them in a {@link
 *       io.flowlog.agent.record.RecordBatch}, {@link io.flowlog.agent.record.SliceMerger} makes
 *       those of an interval from those of its slices.
 *   <li>What rows refer to: the numbers in a {@link io.flowlog.agent.record.RecordDictionary}, the
 *       loggers in a {@link io.flowlog.agent.record.SlicePlan}.
 *   <li>What files show of rows: {@link io.flowlog.agent.record.RecordField}s, in the columns of a
 *       {@link io.flowlog.agent.record.RowLayout}. A new layout is data in one class, {@code
 *       VendorLayouts}.
 * </ul>
 */
@NullMarked
package io.flowlog.agent.record;

import org.jspecify.annotations.NullMarked;
