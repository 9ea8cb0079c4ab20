package io.flowlog.agent.worker;

import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.store.StoreException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What came of a task. Immutable.
 *
 * @param file null for a probe
 * @param failure null if all went well
 * @param leftover why the object of a probe that went well may still be there
 */
record UploadOutcome(
    UUID loggerId,
    @Nullable SealedFile file,
    @Nullable StoreException failure,
    @Nullable StoreException leftover) {}
