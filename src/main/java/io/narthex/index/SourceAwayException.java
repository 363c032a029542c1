package io.narthex.index;

/** A path may exist, but the source that would know gives no answer now. */
public final class SourceAwayException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param source as {@link SourceMemory#name} names it */
    public SourceAwayException(String source) {
        super(source + " gives no answer");
    }
}
