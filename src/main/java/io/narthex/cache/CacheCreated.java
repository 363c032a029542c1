package io.narthex.cache;

/** Told in the transaction that makes a cache, so that what belongs to it is made or not made with it. */
public record CacheCreated(Cache cache) {}
