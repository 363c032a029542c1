package io.narthex.configuration;

/** Says when NARs of the machine's store are sent with {@code Content-Encoding: zstd} to clients that ask for it. */
public enum NarZstd {
    /** Always, coded on the way where no copy is ready. */
    TRUE,
    /** Where a coded copy is ready, which the first who asks brings about. */
    AUTO,
    /** Never. */
    FALSE
}
