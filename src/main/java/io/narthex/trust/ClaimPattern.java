package io.narthex.trust;

/**
 * Matches the value of a claim as a whole. In a pattern {@code *} stands for any characters, none among them, but for no
 * {@code /} and no {@code :}, between which issuers put what others may choose.
 */
final class ClaimPattern {
    private ClaimPattern() {}

    /** Whether it is more than one exact value. */
    static boolean isPattern(String text) {
        return text.indexOf('*') >= 0;
    }

    /**
     * Whether the value matches, in time of no more than the product of both lengths. A {@code *} is given back characters
     * only to the last one before: an earlier one could not take more without crossing what the last may not cross either.
     */
    static boolean matches(String pattern, String value) {
        int p = 0;
        int v = 0;
        int star = -1;
        int retry = 0;
        while (v < value.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                retry = v;
            } else if (p < pattern.length() && pattern.charAt(p) == value.charAt(v)) {
                p++;
                v++;
            } else if (star >= 0 && isCrossed(value.charAt(retry))) {
                p = star + 1;
                v = ++retry;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    private static boolean isCrossed(char c) {
        return c != '/' && c != ':';
    }
}
