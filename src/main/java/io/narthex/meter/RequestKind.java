package io.narthex.meter;

import io.undertow.util.HttpString;
import io.undertow.util.Methods;

/** The kinds of requests that the meters tell apart. */
enum RequestKind {
    NARINFO("narinfo"),
    BATCH("batch"),
    NAR("nar"),
    LISTING("listing"),
    LOG("log"),
    REALISATION("realisation"),
    DEBUGINFO("debuginfo"),
    SERVE("serve"),
    CACHE_INFO("cache-info"),
    PUSH_NARINFO("push-narinfo"),
    PUSH_NAR("push-nar"),
    PUSH_OTHER("push-other"),
    API("api"),
    OTHER("other");

    private static final String PUSH_VIEW = "/push/";

    private final String label;

    RequestKind(String label) {
        this.label = label;
    }

    /** Its value of the label {@code kind}. */
    String label() {
        return label;
    }

    /** Whether it adds to a cache. */
    boolean isPush() {
        return this == PUSH_NARINFO || this == PUSH_NAR || this == PUSH_OTHER;
    }

    /**
     * Makes no object.
     *
     * @param path as a cache sees it: without tenant and cache
     */
    static RequestKind of(HttpString method, String path) {
        if (path.startsWith("/api/")) {
            return API;
        }
        int from = path.startsWith(PUSH_VIEW) ? PUSH_VIEW.length() - 1 : 0;
        boolean narinfo = path.endsWith(".narinfo");
        boolean nar = path.startsWith("/nar/", from);
        if (method.equals(Methods.PUT)) {
            return narinfo ? PUSH_NARINFO : nar ? PUSH_NAR : PUSH_OTHER;
        }
        if (!method.equals(Methods.GET) && !method.equals(Methods.HEAD)) {
            return path.startsWith("/get-narinfos", from) ? BATCH : OTHER;
        }
        return narinfo ? NARINFO : nar ? NAR : less(path, from);
    }

    /** What is asked for less often. */
    private static RequestKind less(String path, int from) {
        if (path.startsWith("/serve/", from)) {
            return SERVE;
        }
        if (path.endsWith(".ls")) {
            return LISTING;
        }
        if (path.startsWith("/log/", from)) {
            return LOG;
        }
        if (path.startsWith("/realisations/", from) || path.startsWith("/build-trace", from)) {
            return REALISATION;
        }
        if (path.startsWith("/debuginfo/", from)) {
            return DEBUGINFO;
        }
        return path.endsWith("/nix-cache-info") ? CACHE_INFO : OTHER;
    }
}
