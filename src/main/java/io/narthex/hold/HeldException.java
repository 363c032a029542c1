package io.narthex.hold;

import java.sql.SQLException;

/** What was to be removed is under a legal hold. */
public final class HeldException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What the database raises where a statement removes what is held ({@code R__hold.sql}). */
    private static final String STATE = "NX003";

    private final String what;

    HeldException(String what) {
        super("held: " + what);
        this.what = what;
    }

    /**
     * Goes on unless a statement failed since it removes what is held.
     *
     * @param what it was, as a sentence begins
     * @throws HeldException in place of that failure
     */
    public static void requireOther(SQLException failure, String what) {
        if (STATE.equals(failure.getSQLState())) {
            throw new HeldException(what);
        }
    }

    /** What to say to who wanted it gone. */
    public String sentence() {
        return what + " is under a legal hold: nothing of it goes before the hold is released";
    }
}
