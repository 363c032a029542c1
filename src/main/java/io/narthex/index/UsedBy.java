package io.narthex.index;

/** Who uses a path, as far as that matters for how long it stays; each of them counts as the ones before too. */
public enum UsedBy {
    ANYBODY,
    /** Somebody with a valid token. */
    TOKEN,
    /** Somebody who may push into the cache, and may rely on what the answer says. */
    PUSHER;

    /** Who shows what. */
    public static UsedBy of(boolean validToken, boolean mayPush) {
        if (mayPush) {
            return PUSHER;
        }
        return validToken ? TOKEN : ANYBODY;
    }

    /** The one of both that matters more. */
    public UsedBy or(UsedBy other) {
        return compareTo(other) < 0 ? other : this;
    }
}
