package io.narthex.lane;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.URLUtils;
import java.nio.charset.StandardCharsets;

/**
 * Puts a name in a URL together again that a raw {@code ?} has cut. A derivation's name may have one (fetchers name
 * what they fetch after the end of its URL), and Nix, of 2.8 as of 2.26, does not escape it: what follows arrives as a
 * query, which neither of these URLs has.
 */
final class RawQuestionMark {
    private RawQuestionMark() {}

    static void restore(HttpServerExchange exchange) {
        String path = exchange.getRelativePath();
        String query = exchange.getQueryString();
        if (query.isEmpty() || !isCut(path)) {
            return;
        }
        String whole =
                path + '?' + URLUtils.decode(query, StandardCharsets.UTF_8.name(), false, false, new StringBuilder());
        exchange.setRequestURI(exchange.getRequestURI() + "%3F" + query.replace("?", "%3F"));
        exchange.setRequestPath(whole);
        exchange.setRelativePath(whole);
        exchange.setQueryString("");
    }

    /** A whole name ends as such names do; what follows one is a query indeed. */
    private static boolean isCut(String path) {
        return (path.startsWith("/log/") && !path.endsWith(".drv"))
                || (path.startsWith("/build-trace-v2/") && !path.endsWith(".doi"));
    }
}
