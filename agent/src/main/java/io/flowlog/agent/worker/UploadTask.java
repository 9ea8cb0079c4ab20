package io.flowlog.agent.worker;

import io.flowlog.agent.spool.SealedFile;
import io.flowlog.agent.store.StorePlace;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something to be done with a store. Immutable.
 *
 * @param file what is to be stored; null for a probe
 * @param isTrusted whether the store did for that logger what it was last asked for
 * @param era counts what the logger was declared to be: what comes out of an older one says nothing
 */
record UploadTask(
    UUID loggerId, @Nullable SealedFile file, StorePlace place, boolean isTrusted, int era) {}
