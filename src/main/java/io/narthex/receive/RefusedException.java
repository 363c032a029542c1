package io.narthex.receive;

import org.jspecify.annotations.Nullable;

/** Says that an upload is refused. It is unchecked, so that a transaction under way is rolled back. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Refusal refusal;

    /** @param words as in {@link Outcome.Refused} */
    RefusedException(Refusal refusal, String words) {
        super(words);
        this.refusal = refusal;
    }

    /** The same with what it followed from, if anything. */
    public RefusedException after(@Nullable Throwable cause) {
        if (cause != null) {
            initCause(cause);
        }
        return this;
    }

    Refusal refusal() {
        return refusal;
    }

    /** What is told and recorded of it. */
    public Outcome.Refused outcome() {
        return new Outcome.Refused(refusal, String.valueOf(getMessage()));
    }
}
