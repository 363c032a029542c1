package io.narthex.denial;

/**
 * A glob over the whole name of a store path, behind its hash: {@code *} stands for any characters, {@code ?} for one.
 *
 * @param text at most 211 characters, as a name has
 */
record NamePattern(String text) {
    /** Time grows with the product of both lengths at most: a tenant writes the pattern, and IO threads match it. */
    boolean matches(String name) {
        int at = 0;
        int next = 0;
        int star = -1;
        int begun = 0;
        while (next < name.length()) {
            if (at < text.length() && text.charAt(at) == '*') {
                star = at++;
                begun = next;
            } else if (at < text.length() && (text.charAt(at) == '?' || text.charAt(at) == name.charAt(next))) {
                at++;
                next++;
            } else if (star >= 0) {
                // the last star takes one character more
                at = star + 1;
                next = ++begun;
            } else {
                return false;
            }
        }
        while (at < text.length() && text.charAt(at) == '*') {
            at++;
        }
        return at == text.length();
    }
}
