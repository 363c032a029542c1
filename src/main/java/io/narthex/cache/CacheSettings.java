package io.narthex.cache;

import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.store.StoreDir;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** All that can be set of a cache. */
record CacheSettings(
        Visibility visibility,
        OptionalInt priority,
        boolean wantMassQuery,
        StoreDir storeDir,
        Set<Source> sources,
        List<String> virtualHosts,
        ReferenceCheck references,
        ForeignSignatures foreignSignatures,
        List<PublicKey> trustedPublicKeys) {
    /** A new cache shows nothing to anybody that was not pushed into it. */
    static final CacheSettings INITIAL = new CacheSettings(
            Visibility.PRIVATE,
            OptionalInt.of(30),
            true,
            StoreDir.DEFAULT,
            EnumSet.of(Source.UPLOADS),
            List.of(),
            ReferenceCheck.STRICT,
            ForeignSignatures.KEEP,
            List.of());

    /** Of {@code default/default}: the server's setting is its priority. */
    static final CacheSettings INITIAL_OF_DEFAULT = new CacheSettings(
            Visibility.PUBLIC,
            OptionalInt.empty(),
            true,
            StoreDir.DEFAULT,
            EnumSet.allOf(Source.class),
            List.of(),
            ReferenceCheck.STRICT,
            ForeignSignatures.KEEP,
            List.of());

    CacheSettings {
        sources = Set.copyOf(sources);
        virtualHosts = List.copyOf(virtualHosts);
        trustedPublicKeys = List.copyOf(trustedPublicKeys);
    }

    static CacheSettings of(Cache cache) {
        return new CacheSettings(
                cache.visibility(),
                cache.priority(),
                cache.wantMassQuery(),
                cache.storeDir(),
                cache.sources(),
                cache.virtualHosts(),
                cache.references(),
                cache.foreignSignatures(),
                cache.trustedPublicKeys());
    }
}
