package io.narthex.tenant;

import java.util.regex.Pattern;

/** Checks the names that stand in URLs, of tenants and of their caches: DNS labels (RFC 1123, 2.1) in lower case. */
public final class NameRule {
    /** What to say to who breaks it. */
    public static final String SENTENCE =
            "1 to 63 lower case letters, digits and dashes, with no dash at the beginning or the end";

    public static final Pattern FORM = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    private NameRule() {}

    public static boolean allows(String text) {
        return FORM.matcher(text).matches();
    }
}
