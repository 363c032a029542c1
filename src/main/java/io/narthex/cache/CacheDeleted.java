package io.narthex.cache;

/** Told in the transaction that deletes a cache, when its row says so. */
public record CacheDeleted(int cacheId) {}
