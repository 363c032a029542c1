package io.narthex.scrub;

/** Says when a run has found so much that rather its machine is bad than what it looks at. */
final class FindingBound {
    /** Files that go bad by themselves do so one by one. */
    private static final long MOST = 5;

    /** Of so many files at least one may be wrong in each thousand. */
    private static final long PART = 1_000;

    private FindingBound() {}

    /**
     * Whether one finding more is too many.
     *
     * @param looked at so many files
     * @param found so many before this one
     */
    static boolean isPassed(long looked, long found) {
        return found + 1 > MOST || (looked >= PART && (found + 1) * PART > looked);
    }

    /** What is recorded of it. */
    static String reason(long looked, long found) {
        return (found + 1) + " of " + looked + " files were found bad in one run";
    }
}
