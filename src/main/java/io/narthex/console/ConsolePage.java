package io.narthex.console;

import io.narthex.http.Right;
import java.util.Locale;

/** The pages of the console. A URL leads to the first that fits it. */
enum ConsolePage {
    OVERVIEW("", "Overview", Right.AUTHENTICATED),
    CACHE("caches/{tenant}/{cache}", "Cache", Right.VIEW_CACHE),
    PATHS("caches/{tenant}/{cache}/paths", "Paths", Right.PULL),
    PATH("caches/{tenant}/{cache}/paths/{hash}", "Path", Right.PULL),
    SETTINGS("caches/{tenant}/{cache}/settings", "Settings", Right.ADMINISTER_CACHE),
    PROMOTE("caches/{tenant}/{cache}/promote", "Promote", Right.PROMOTE),
    TENANT("tenants/{tenant}", "Tenant", Right.VIEW_TENANT),
    TRUSTS("tenants/{tenant}/trusts", "Trusts", Right.ADMINISTER_TENANT),
    UPSTREAMS("upstreams", "Upstreams", Right.ADMINISTER_SERVER),
    RECORD("record", "Record", Right.AUDIT_SERVER),
    TENANT_RECORD("tenants/{tenant}/record", "Record", Right.AUDIT_TENANT),
    JOBS("jobs", "Jobs", Right.ADMINISTER_SERVER);

    private final String pattern;
    private final String title;
    private final Right right;

    /**
     * @param pattern of the URL behind {@code /console/}: segments, those in braces for any text
     * @param right of who may see it, in the tenant or cache that the URL names
     */
    ConsolePage(String pattern, String title, Right right) {
        this.pattern = pattern;
        this.title = title;
        this.right = right;
    }

    String pattern() {
        return pattern;
    }

    String title() {
        return title;
    }

    Right right() {
        return right;
    }

    /** The Faces view that shows it. */
    String view() {
        return View.named(name().toLowerCase(Locale.ROOT));
    }
}
