package io.flowlog.agent.store;

/**
 * The store of one logger, and with whom it shares a way there.
 *
 * @param endpoint one of {@link StoreFactory#uploadsMax()}
 */
public record StorePlace(String endpoint, ObjectStore store) {}
