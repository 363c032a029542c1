package io.narthex.cache;

import io.narthex.tenant.TenantName;

/** Says what is wrong with a request about caches. */
public abstract sealed class CacheException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private CacheException(String message) {
        super(message);
    }

    /** There is none of that name. */
    static final class UnknownCache extends CacheException {
        private static final long serialVersionUID = 1;

        UnknownCache() {
            super("unknown cache");
        }
    }

    /** A setting is the server's administrator's to change. */
    static final class NotYours extends CacheException {
        private static final long serialVersionUID = 1;

        private final String setting;

        NotYours(String setting) {
            super("not yours: " + setting);
            this.setting = setting;
        }

        String setting() {
            return setting;
        }
    }

    /** In a tenant of this name a new cache of that name would stand in the way of the server's own URLs. */
    static final class NameReserved extends CacheException {
        private static final long serialVersionUID = 1;

        private final String url;

        NameReserved(TenantName tenant, CacheName name) {
            super("reserved name: " + tenant + "/" + name);
            url = "/" + tenant + "/" + name;
        }

        String url() {
            return url;
        }
    }

    /** A host is another cache's, or the server's own. */
    static final class HostTaken extends CacheException {
        private static final long serialVersionUID = 1;

        private final String host;

        HostTaken(String host) {
            super("host taken: " + host);
            this.host = host;
        }

        String host() {
            return host;
        }
    }

    /** A source is not there, or not offered to the tenant: which of the two is nobody's to know. */
    public static final class UnknownSource extends CacheException {
        private static final long serialVersionUID = 1;

        private final String name;

        public UnknownSource(String name) {
            super("unknown source: " + name);
            this.name = name;
        }

        String name() {
            return name;
        }
    }

    /** A public cache would show what an upstream gives for credentials alone, or what a private cache has. */
    public static final class WouldBePublic extends CacheException {
        private static final long serialVersionUID = 1;

        private final String name;

        public WouldBePublic(String name) {
            super("would be public: " + name);
            this.name = name;
        }

        String name() {
            return name;
        }
    }

    /** A public cache shows what this one has: it cannot become private meanwhile. */
    static final class ShownByPublicCache extends CacheException {
        private static final long serialVersionUID = 1;

        private final String cache;

        ShownByPublicCache(String cache) {
            super("shown by a public cache: " + cache);
            this.cache = cache;
        }

        /** {@code tenant/cache}. */
        String cache() {
            return cache;
        }
    }

    /** A source shows what this cache itself has. */
    static final class Circle extends CacheException {
        private static final long serialVersionUID = 1;

        private final String source;

        Circle(String source) {
            super("circle: " + source);
            this.source = source;
        }

        String source() {
            return source;
        }
    }

    /** A cache would have more sources than one miss can ask, with all that those list. */
    static final class TooManySources extends CacheException {
        private static final long serialVersionUID = 1;

        private final int most;

        TooManySources(int most) {
            super("too many sources");
            this.most = most;
        }

        int most() {
            return most;
        }
    }

    /** What a cache asks of promoted paths is loosened by who has the scope gate alone. */
    static final class Guarded extends CacheException {
        private static final long serialVersionUID = 1;

        Guarded() {
            super("guarded");
        }
    }

    /** What is promoted into a cache can be all that enters it only where it shows nothing else. */
    static final class EntersOtherwise extends CacheException {
        private static final long serialVersionUID = 1;

        EntersOtherwise() {
            super("enters otherwise");
        }
    }

    /** It would take {@code default/default} away. */
    static final class DefaultCache extends CacheException {
        private static final long serialVersionUID = 1;

        DefaultCache() {
            super("the default cache stays");
        }
    }
}
