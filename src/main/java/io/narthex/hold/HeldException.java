package io.narthex.hold;

/** What was to be removed is under a legal hold. */
public final class HeldException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String what;

    HeldException(String what) {
        super("held: " + what);
        this.what = what;
    }

    /** What it was, as a sentence begins. */
    String what() {
        return what;
    }
}
