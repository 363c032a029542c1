package io.narthex.key;

/** The states that a key has in its life, one after the other. */
public enum KeyState {
    /** Published ahead of use; signs nothing. */
    PENDING,
    /** Signs. */
    ACTIVE,
    /** Still signs, so that clients that trust only it go on. */
    RETIRING,
    /** Its signatures may be verified, its secret is destroyed. */
    RETIRED,
    /** Not to be trusted any more. */
    REVOKED;

    /** Whether narinfos carry this key's signature. */
    public boolean signs() {
        return switch (this) {
            case ACTIVE, RETIRING -> true;
            case PENDING, RETIRED, REVOKED -> false;
        };
    }

    /** Whether clients are told to trust it: ahead of its use too. */
    public boolean isPublished() {
        return switch (this) {
            case PENDING, ACTIVE, RETIRING -> true;
            case RETIRED, REVOKED -> false;
        };
    }
}
