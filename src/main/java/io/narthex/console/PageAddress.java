package io.narthex.console;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which page a URL means, and of what.
 *
 * @param names what stands in the URL in the places that the page's pattern has in braces
 */
record PageAddress(ConsolePage page, Map<String, String> names) {
    /** Where the console is. */
    static final String ROOT = "/console";

    PageAddress {
        names = Map.copyOf(names);
    }

    /** The page at a URL's path, as the client wrote it; empty where there is none. */
    static Optional<PageAddress> parse(String path) {
        String[] segments = path.substring(ROOT.length()).replaceFirst("^/", "").split("/", -1);
        for (ConsolePage page : ConsolePage.values()) {
            Optional<Map<String, String>> names = match(page.pattern().split("/", -1), segments);
            if (names.isPresent()) {
                return Optional.of(new PageAddress(page, names.get()));
            }
        }
        return Optional.empty();
    }

    private static Optional<Map<String, String>> match(String[] pattern, String[] segments) {
        if (pattern.length != segments.length) {
            return Optional.empty();
        }
        Map<String, String> names = new HashMap<>();
        for (int i = 0; i < pattern.length; i++) {
            if (pattern[i].startsWith("{")) {
                String text = URLDecoder.decode(segments[i].replace("+", "%2B"), StandardCharsets.UTF_8);
                if (text.isEmpty()) {
                    return Optional.empty();
                }
                names.put(pattern[i].substring(1, pattern[i].length() - 1), text);
            } else if (!pattern[i].equals(segments[i])) {
                return Optional.empty();
            }
        }
        return Optional.of(names);
    }

    /** What stands in the place of this name; empty where the page has none. */
    String name(String name) {
        return names.getOrDefault(name, "");
    }

    String tenant() {
        return name("tenant");
    }

    String cache() {
        return name("cache");
    }
}
