/**
 * Files that are not stored yet.
 *
 * <p>Records come in as batches and are written to a <em>row journal</em>, one per interval. When
 * the interval is complete the journal is encoded, one file at a time, into <em>sealed files</em>;
 * when every file of the interval is sealed, the journal goes. A kill at any moment loses no row
 * that was journaled.
 */
@NullMarked
package io.flowlog.agent.spool;

import org.jspecify.annotations.NullMarked;
