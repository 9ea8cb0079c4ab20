/** Turns batches of records into bytes: CSV and compression; knows nothing of files. */
@NullMarked
package io.flowlog.agent.format;

import org.jspecify.annotations.NullMarked;
