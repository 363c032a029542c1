package io.narthex.cache;

import io.narthex.http.JsonBody;
import io.narthex.http.JsonField;
import io.narthex.http.RequestText;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.store.StoreDir;
import io.narthex.quota.QuotaRequest;
import io.narthex.tenant.NameRule;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/** The settings that somebody wants a cache to have: an omitted one stays, null resets it. */
record CacheRequest(
        JsonField<Visibility> visibility,
        JsonField<Integer> priority,
        JsonField<Boolean> wantMassQuery,
        JsonField<StoreDir> storeDir,
        JsonField<List<String>> sources,
        JsonField<List<String>> offeredTo,
        JsonField<Boolean> publish,
        JsonField<UpstreamConflict> onUpstreamConflict,
        JsonField<List<String>> virtualHosts,
        JsonField<ReferenceCheck> references,
        JsonField<ForeignSignatures> foreignSignatures,
        JsonField<List<PublicKey>> trustedPublicKeys,
        JsonField<Entry> entry,
        JsonField<Gates> gates,
        QuotaRequest quota) {
    private static final List<String> FIELDS = List.of(
            "visibility",
            "priority",
            "wantMassQuery",
            "storeDir",
            "sources",
            "offeredTo",
            "publish",
            "onUpstreamConflict",
            "virtualHosts",
            "references",
            "foreignSignatures",
            "trustedPublicKeys",
            "entry",
            "gates",
            "quota");

    private static final String A_KEY = "a public key, name:base64";
    /** Ten years, beyond which nobody waits. */
    private static final int MOST_HOURS = 87_600;

    private static final int WORST_PRIORITY = 1_000_000;
    /** PATH_MAX of Linux is more, but nobody's store lies so deep. */
    private static final int LONGEST_PATH = 255;
    /** DNS: the name of a host. */
    private static final Pattern HOST =
            Pattern.compile("(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");

    /**
     * Reads the body of a PUT.
     *
     * @throws ProblemException naming the field that cannot be understood
     * @throws IOException if it is no JSON
     */
    static CacheRequest read(InputStream body) throws IOException {
        JsonBody json = JsonBody.readPut(body, FIELDS, CacheResponse.class);
        CacheRequest request = new CacheRequest(
                json.choice("visibility", Visibility.class),
                json.integer("priority", 0, WORST_PRIORITY),
                json.bool("wantMassQuery"),
                storeDir(json.text("storeDir", LONGEST_PATH)),
                json.list("sources", SourceText.KNOWN, SourceText::parse),
                json.list("offeredTo", "the name of a tenant, or *", CacheRequest::tenant),
                json.bool("publish"),
                json.choice("onUpstreamConflict", UpstreamConflict.class),
                json.list("virtualHosts", "the name of a host, without a port", CacheRequest::host),
                json.choice("references", ReferenceCheck.class),
                json.choice("foreignSignatures", ForeignSignatures.class),
                json.list("trustedPublicKeys", A_KEY, CacheRequest::key),
                json.choice("entry", Entry.class),
                gates(json.object("gates", List.of("requiredSignatures", "minimumAgeHours"))),
                QuotaRequest.read(json));
        List<String> named = request.sources.value();
        if (named != null && named.isEmpty()) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST,
                    "sources must have local-store, uploads, an upstream or another cache, not '[]'");
        }
        return request;
    }

    /** The settings that come of it. */
    CacheSettings over(CacheSettings kept, CacheSettings initial) {
        Integer number = priority.value();
        OptionalInt asked = number == null ? initial.priority() : OptionalInt.of(number);
        List<String> named = sources.or(
                SourceText.of(kept.sources(), kept.others()), SourceText.of(initial.sources(), initial.others()));
        return new CacheSettings(
                visibility.or(kept.visibility(), initial.visibility()),
                priority.named() ? asked : kept.priority(),
                wantMassQuery.or(kept.wantMassQuery(), initial.wantMassQuery()),
                storeDir.or(kept.storeDir(), initial.storeDir()),
                SourceText.own(named),
                SourceText.others(named),
                new Sharing(
                        Set.copyOf(offeredTo.or(
                                kept.sharing().names(), initial.sharing().names())),
                        publish.or(kept.sharing().publish(), initial.sharing().publish())),
                onUpstreamConflict.or(kept.onConflict(), initial.onConflict()),
                virtualHosts.or(kept.virtualHosts(), initial.virtualHosts()).stream()
                        .distinct()
                        .toList(),
                references.or(kept.references(), initial.references()),
                foreignSignatures.or(kept.foreignSignatures(), initial.foreignSignatures()),
                trustedPublicKeys.or(kept.trustedPublicKeys(), initial.trustedPublicKeys()).stream()
                        .distinct()
                        .toList(),
                entry.or(kept.entry(), initial.entry()),
                gates.or(kept.gates(), initial.gates()),
                quota.over(kept.quota(), initial.quota()));
    }

    /** A gate that is not named is none. */
    private static JsonField<Gates> gates(JsonField<JsonBody> field) {
        JsonBody json = field.value();
        if (json == null) {
            return new JsonField<>(field.named(), null);
        }
        return new JsonField<>(
                true,
                new Gates(
                        json.list("requiredSignatures", A_KEY, CacheRequest::key).or(List.of(), List.of()).stream()
                                .distinct()
                                .toList(),
                        json.integer("minimumAgeHours", 0, MOST_HOURS).or(0, 0)));
    }

    private static JsonField<StoreDir> storeDir(JsonField<String> text) {
        String path = text.value();
        if (path == null) {
            return new JsonField<>(text.named(), null);
        }
        if (path.indexOf(',') >= 0 || path.indexOf(';') >= 0) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST,
                    "storeDir must have no , and no ;, which separate what signatures are made of"
                            + RequestText.met(path));
        }
        try {
            return new JsonField<>(true, StoreDir.parse(path));
        } catch (NixFormatException e) {
            throw new ProblemException(
                    ProblemType.BAD_REQUEST,
                    "storeDir must be an absolute path like /nix/store" + RequestText.met(path));
        }
    }

    private static Optional<String> tenant(String text) {
        return Optional.of(text).filter(t -> t.equals("*") || NameRule.allows(t));
    }

    private static Optional<String> host(String text) {
        String host = text.toLowerCase(Locale.ROOT);
        return HOST.matcher(host).matches() ? Optional.of(host) : Optional.empty();
    }

    private static Optional<PublicKey> key(String text) {
        try {
            return Optional.of(PublicKey.parse(text));
        } catch (NixFormatException e) {
            return Optional.empty();
        }
    }
}
