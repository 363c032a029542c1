package io.narthex.push;

import org.jspecify.annotations.Nullable;

/** An upload is refused. Unchecked, so that a transaction under way is rolled back. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Refusal refusal;

    /** @param sentence for the person who pushed */
    RefusedException(Refusal refusal, String sentence) {
        super(sentence);
        this.refusal = refusal;
    }

    /** The same with what it followed from, if anything. */
    RefusedException after(@Nullable Throwable cause) {
        if (cause != null) {
            initCause(cause);
        }
        return this;
    }

    public Refusal refusal() {
        return refusal;
    }
}
