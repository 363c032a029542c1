package io.narthex.quota;

/**
 * How much a tenant or a cache holds of what was pushed. It is also the JSON that says so.
 *
 * @param storedBytes of its files, each once, and of its documents: what its quota bounds
 * @param narBytes of the NARs of its paths, unpacked
 */
public record Usage(long paths, long storedBytes, long narBytes) {
    /** Of what was deleted while it was asked for. */
    public static final Usage NONE = new Usage(0, 0, 0);
}
