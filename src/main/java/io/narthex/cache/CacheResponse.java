package io.narthex.cache;

import io.narthex.http.BaseUrl;
import io.narthex.nix.signature.PublicKey;
import io.narthex.quota.Quota;
import io.narthex.quota.Usage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that describes a cache.
 *
 * @param priority null: what the server's setting says
 * @param publicKeys what a client's {@code trusted-public-keys} names
 * @param url what a client's {@code substituters} names
 */
record CacheResponse(
        String name,
        String tenant,
        Visibility visibility,
        @Nullable Integer priority,
        boolean wantMassQuery,
        String storeDir,
        List<String> sources,
        List<String> offeredTo,
        boolean publish,
        UpstreamConflict onUpstreamConflict,
        List<String> virtualHosts,
        ReferenceCheck references,
        ForeignSignatures foreignSignatures,
        List<String> trustedPublicKeys,
        Entry entry,
        GatesResponse gates,
        Quota quota,
        Usage usage,
        List<String> publicKeys,
        Instant createdAt,
        String url) {
    static CacheResponse of(StoredCache stored, Usage usage, List<String> publicKeys, BaseUrl base) {
        Cache cache = stored.cache();
        return new CacheResponse(
                cache.name().text(),
                cache.tenant().text(),
                cache.visibility(),
                cache.priority().isPresent() ? cache.priority().getAsInt() : null,
                cache.wantMassQuery(),
                cache.storeDir().path(),
                SourceText.of(cache.sources(), cache.others()),
                cache.sharing().names(),
                cache.sharing().publish(),
                cache.onConflict(),
                cache.virtualHosts(),
                cache.references(),
                cache.foreignSignatures(),
                cache.trustedPublicKeys().stream().map(PublicKey::toString).toList(),
                cache.entry(),
                cache.gates().toResponse(),
                stored.quota(),
                usage,
                publicKeys,
                stored.createdAt(),
                cache.isDefault() ? base.text() : base.text() + "/" + cache.fullName());
    }
}
