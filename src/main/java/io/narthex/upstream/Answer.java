package io.narthex.upstream;

import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.PublicKey;
import java.net.URI;

/** What one or several upstreams say of a path. */
sealed interface Answer {
    /**
     * It is there.
     *
     * @param key of the upstream, whose signature of it was verified
     * @param nar where its file is
     */
    record Found(Upstream upstream, NarInfo info, PublicKey key, URI nar) implements Answer {}

    /** It is not there, or nothing that could be taken. */
    record Absent(Upstream upstream) implements Answer {}

    /** Nobody knows: the upstream gave no answer. */
    record Away(Upstream upstream) implements Answer {}
}
