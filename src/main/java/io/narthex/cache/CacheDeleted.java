package io.narthex.cache;

/** A CDI event in the transaction that deletes a cache, sent when the cache's row says so. */
public record CacheDeleted(int cacheId) {}
