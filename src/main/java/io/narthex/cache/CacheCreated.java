package io.narthex.cache;

/**
 * A CDI event in the transaction that makes a cache, so that what belongs to the cache is made with it or not at all.
 */
public record CacheCreated(Cache cache) {}
