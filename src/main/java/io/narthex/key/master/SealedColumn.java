package io.narthex.key.master;

import java.util.Optional;

/**
 * A column of the database whose values the master key seals, beside those of the signing keys. Every CDI bean of this type is
 * asked when the master key is changed, or is missing.
 */
public interface SealedColumn {
    /** {@code table.column}. */
    String column();

    /** One of those that are sealed, in words that go on "the database holds …"; empty where there is none. */
    Optional<String> anySealed();

    /**
     * Seals again, under the present master key, what another has sealed, in the caller's transaction.
     *
     * @param after the row behind which to begin; 0: at the first
     */
    Resealed reseal(long after, int most);

    /**
     * What a page did.
     *
     * @param last its last row
     * @param seen how many rows it had; none: there are no more
     * @param changed how many of them were sealed anew
     */
    record Resealed(long last, int seen, long changed) {}
}
