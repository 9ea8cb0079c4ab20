/** Turns batches of records into bytes: CSV, Parquet, compression; knows nothing of files. */
@NullMarked
package io.flowlog.agent.format;

import org.jspecify.annotations.NullMarked;
