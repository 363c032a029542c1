package io.narthex.retention;

/** Says to this server that a full cache gave up paths, whose bytes may have to go soon. */
public record Evicted(int cacheId) {}
