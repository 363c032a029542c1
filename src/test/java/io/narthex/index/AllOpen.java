package io.narthex.index;

import io.narthex.cache.Cache;

/** Every cache may give out all that it has. */
record AllOpen() implements PathRestriction {
    @Override
    public boolean isOpen(Cache cache, SignedPath path) {
        return true;
    }

    @Override
    public boolean withholds(Cache cache, SignedPath path) {
        return false;
    }

    @Override
    public PathRestriction unproxied() {
        return this;
    }
}
