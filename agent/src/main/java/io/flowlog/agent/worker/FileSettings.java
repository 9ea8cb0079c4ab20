package io.flowlog.agent.worker;

import io.flowlog.agent.format.EncoderSettings;
import io.flowlog.agent.spool.ObjectNames;

/**
 * What the files of a host have in common.
 *
 * @param rowsPerFile after how many rows a file goes on in another part; 0 for never
 */
record FileSettings(EncoderSettings encoding, ObjectNames names, int rowsPerFile) {}
