package io.flowlog.agent.spool;

import java.nio.file.Path;
import java.util.UUID;

/**
 * A file of one logger and interval that will not change any more and waits to be stored.
 *
 * @param part from 1, or {@link ObjectNames#ONLY_PART}
 * @param bytes the file's size
 * @param path where it is in the spool
 * @param key what it is called in the store; never changes, however often storing is tried
 */
public record SealedFile(
    UUID loggerId,
    long intervalStartNs,
    int part,
    long rows,
    long bytes,
    Path path,
    ObjectKey key) {}
