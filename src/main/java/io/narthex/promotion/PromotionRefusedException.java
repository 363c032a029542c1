package io.narthex.promotion;

import java.util.List;

/** Says which paths may not be promoted, and why. Nothing was changed. */
final class PromotionRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Failure> failures;

    /**
     * A path that fails.
     *
     * @param path base name
     * @param reason as a sentence
     */
    record Failure(String path, String reason) {}

    PromotionRefusedException(List<Failure> failures) {
        super(failures.getFirst().path() + ": " + failures.getFirst().reason());
        this.failures = List.copyOf(failures);
    }

    List<Failure> failures() {
        return failures;
    }
}
