package io.narthex.upstream;

import io.narthex.cache.Cache;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.narinfo.ContentAddress;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StorePathHash;
import io.narthex.outbound.OutboundClient;
import io.narthex.outbound.OutboundException;
import io.narthex.outbound.OutboundRequest;
import java.net.URI;
import java.util.Optional;
import java.util.Set;

/** Decides whether a narinfo of an upstream is taken: a pure function. */
sealed interface Judgement {
    /** What this server can unpack, and so can check. */
    Set<String> COMPRESSIONS = Set.of("none", "xz", "zstd", "bzip2", "gzip", "br", "lz4");

    /**
     * It is taken.
     *
     * @param key that has signed it; empty: the path follows from its contents
     * @param nar where its file is
     */
    record Taken(NarInfo info, Optional<PublicKey> key, URI nar) implements Judgement {}

    /** None of the upstream's keys has signed it, nor does it follow from its contents. */
    record Unsigned(NarInfo info) implements Judgement {}

    /** It is none, another path's, not wanted, or cannot be fetched. */
    record Unusable(String why) implements Judgement {}

    static Judgement of(byte[] text, Upstream upstream, Cache cache, StorePathHash asked, OutboundRequest request) {
        NarInfo info;
        try {
            info = NarInfoReader.read(text);
        } catch (NixFormatException e) {
            return new Unusable("its narinfo cannot be read: " + e.getMessage());
        }
        if (!info.storePath().hash().equals(asked) || !info.storeDir().equals(cache.storeDir())) {
            return new Unusable("its narinfo is for another path or store directory");
        }
        if (!upstream.takes(info.storePath())) {
            return new Unusable("the path's name is not taken from it");
        }
        if (!COMPRESSIONS.contains(info.compression())
                || info.narSize() > upstream.maxNarBytes().orElse(Long.MAX_VALUE)) {
            return new Unusable("its NAR is too long, or compressed in a way that cannot be checked");
        }
        Optional<PublicKey> key = signer(upstream, info);
        if (key.isEmpty() && ContentAddress.proving(info).isEmpty()) {
            return new Unsigned(info);
        }
        try {
            URI nar = upstream.resolve(info.url());
            OutboundClient.requireRedirect(request, upstream.url(), nar);
            return new Taken(info, key, nar);
        } catch (IllegalArgumentException | OutboundException e) {
            return new Unusable("its NAR cannot be asked for: " + e.getMessage());
        }
    }

    private static Optional<PublicKey> signer(Upstream upstream, NarInfo info) {
        byte[] signed = Fingerprint.of(info);
        for (PublicKey key : upstream.keys()) {
            for (Signature signature : info.signatures()) {
                if (key.name().equals(signature.keyName()) && key.verify(signed, signature)) {
                    return Optional.of(key);
                }
            }
        }
        return Optional.empty();
    }
}
