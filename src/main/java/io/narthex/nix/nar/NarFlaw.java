package io.narthex.nix.nar;

/** The reasons why bytes are not an archive. */
public enum NarFlaw {
    BAD_MAGIC("it does not begin with nix-archive-1"),
    UNEXPECTED_WORD("a word stands where the format has another"),
    TRUNCATED("it ends too early"),
    TRAILING_BYTES("bytes follow its end"),
    BAD_PADDING("padding is not zero"),
    BAD_LENGTH("a length is longer than its field may be"),
    BAD_NAME("a name is empty, a dot, dot-dot, or has a slash or NUL"),
    DUPLICATE_NAME("a directory has a name twice"),
    WRONG_ORDER("the names of a directory are not in order"),
    BAD_TARGET("a link target is empty or has a NUL"),
    TOO_DEEP("directories are nested too deep"),
    TOO_MANY_NODES("it has more files than may be listed");

    private final String sentence;

    NarFlaw(String sentence) {
        this.sentence = sentence;
    }

    String sentence() {
        return sentence;
    }
}
