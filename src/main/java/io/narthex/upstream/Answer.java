package io.narthex.upstream;

import io.narthex.index.SignedPath;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.PublicKey;
import java.net.URI;

/** What one source says of a path. */
sealed interface Answer {
    /**
     * An upstream has it.
     *
     * @param key of the upstream, whose signature of it was verified
     * @param nar where its file is
     */
    record Found(Upstream upstream, NarInfo info, PublicKey key, URI nar) implements Answer {}

    /** It is there, as the cache gives it out: known already, or another cache's. */
    record Ready(SignedPath path) implements Answer {}

    /** It is not there, or nothing that could be taken. */
    record Absent() implements Answer {}

    /**
     * Nobody knows: the source gave no answer.
     *
     * @param source as settings name it
     * @param required whether nobody may take that for absent
     */
    record Away(String source, boolean required) implements Answer {
        static Away of(Upstream upstream) {
            return new Away("upstream:" + upstream.name(), upstream.required());
        }
    }
}
