package io.narthex.cache;

import io.narthex.tenant.NameRule;
import java.util.Optional;

/** Where a cache has paths from that are not its own: what it has itself is asked first, then these in their order. */
public sealed interface OtherSource {
    /** As a cache's settings and {@code X-Narthex-Source} write it. */
    String text();

    /** A cache elsewhere, which an upstream describes. */
    record OfUpstream(String name) implements OtherSource {
        private static final String PREFIX = "upstream:";

        @Override
        public String text() {
            return PREFIX + name;
        }
    }

    /**
     * Another cache of this server.
     *
     * @param fullName {@code tenant/cache}
     */
    record OfCache(String fullName) implements OtherSource {
        private static final String PREFIX = "cache:";

        @Override
        public String text() {
            return PREFIX + fullName;
        }

        /** Whether it is, or would be, a cache of that tenant. */
        boolean isOf(String tenant) {
            return fullName.startsWith(tenant + "/");
        }

        /** The second half of its name. */
        String cacheName() {
            return fullName.substring(fullName.indexOf('/') + 1);
        }
    }

    /** The source of that text, where it is one. */
    static Optional<OtherSource> parse(String text) {
        if (text.startsWith(OfUpstream.PREFIX)) {
            return Optional.of(text.substring(OfUpstream.PREFIX.length()))
                    .filter(NameRule::allows)
                    .map(OfUpstream::new);
        }
        if (text.startsWith(OfCache.PREFIX)) {
            String name = text.substring(OfCache.PREFIX.length());
            int slash = name.indexOf('/');
            boolean both = slash > 0
                    && NameRule.allows(name.substring(0, slash))
                    && NameRule.allows(name.substring(slash + 1));
            return both ? Optional.of(new OfCache(name)) : Optional.empty();
        }
        return Optional.empty();
    }
}
