package io.narthex.cache;

import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.store.StoreDir;
import io.narthex.quota.Quota;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/** All settings of one cache. */
record CacheSettings(
        Visibility visibility,
        OptionalInt priority,
        boolean wantMassQuery,
        StoreDir storeDir,
        Set<Source> sources,
        List<OtherSource> others,
        Sharing sharing,
        UpstreamConflict onConflict,
        List<String> virtualHosts,
        ReferenceCheck references,
        ForeignSignatures foreignSignatures,
        List<PublicKey> trustedPublicKeys,
        Entry entry,
        Gates gates,
        Quota quota) {
    /** A new cache shows nothing to anybody that was not pushed into it. */
    static final CacheSettings INITIAL = new CacheSettings(
            Visibility.PRIVATE,
            OptionalInt.of(30),
            true,
            StoreDir.DEFAULT,
            EnumSet.of(Source.UPLOADS),
            List.of(),
            Sharing.NONE,
            UpstreamConflict.REFUSE,
            List.of(),
            ReferenceCheck.STRICT,
            ForeignSignatures.KEEP,
            List.of(),
            Entry.PUSH,
            Gates.NONE,
            Quota.INITIAL);

    /** Of {@code default/default}: the server's setting is its priority. */
    static final CacheSettings INITIAL_OF_DEFAULT = new CacheSettings(
            Visibility.PUBLIC,
            OptionalInt.empty(),
            true,
            StoreDir.DEFAULT,
            EnumSet.allOf(Source.class),
            List.of(),
            Sharing.NONE,
            UpstreamConflict.REFUSE,
            List.of(),
            ReferenceCheck.STRICT,
            ForeignSignatures.KEEP,
            List.of(),
            Entry.PUSH,
            Gates.NONE,
            Quota.INITIAL);

    CacheSettings {
        sources = Set.copyOf(sources);
        others = List.copyOf(others);
        virtualHosts = List.copyOf(virtualHosts);
        trustedPublicKeys = List.copyOf(trustedPublicKeys);
    }

    static CacheSettings of(StoredCache stored) {
        Cache cache = stored.cache();
        return new CacheSettings(
                cache.visibility(),
                cache.priority(),
                cache.wantMassQuery(),
                cache.storeDir(),
                cache.sources(),
                cache.others(),
                cache.sharing(),
                cache.onConflict(),
                cache.virtualHosts(),
                cache.references(),
                cache.foreignSignatures(),
                cache.trustedPublicKeys(),
                cache.entry(),
                cache.gates(),
                stored.quota());
    }

    /** Whether what it has may be shown to everybody. */
    boolean isOpen() {
        return visibility == Visibility.PUBLIC || sharing.publish();
    }

    /** All of them as JSON values, by the names that the API has. */
    Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("visibility", text(visibility));
        facts.put("priority", priority.isPresent() ? (Object) priority.getAsInt() : "of the server");
        facts.put("wantMassQuery", wantMassQuery);
        facts.put("storeDir", storeDir.path());
        facts.put("sources", SourceText.of(sources, others));
        facts.put("offeredTo", sharing.names());
        facts.put("publish", sharing.publish());
        facts.put("onUpstreamConflict", text(onConflict));
        facts.put("virtualHosts", virtualHosts);
        facts.put("references", text(references));
        facts.put("foreignSignatures", text(foreignSignatures));
        facts.put(
                "trustedPublicKeys",
                trustedPublicKeys.stream().map(PublicKey::toString).toList());
        facts.put("entry", text(entry));
        facts.put(
                "gates",
                Map.of(
                        "requiredSignatures",
                        gates.requiredSignatures().stream()
                                .map(PublicKey::toString)
                                .toList(),
                        "minimumAgeHours",
                        gates.minimumAgeHours()));
        facts.put("quota", quota.facts());
        return facts;
    }

    /** Those that are not as they were: what each was, and is. */
    Map<String, Object> factsThatDiffer(CacheSettings before) {
        Map<String, Object> old = before.facts();
        Map<String, Object> changed = new LinkedHashMap<>();
        facts().forEach((name, value) -> {
            Object was = old.get(name);
            if (was != null && !was.equals(value)) {
                changed.put(name, Map.of("from", was, "to", value));
            }
        });
        return changed;
    }

    private static String text(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
