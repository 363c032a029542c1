package io.narthex.upstream;

import io.narthex.index.SignedPath;
import io.narthex.index.SourceAwayException;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.signature.PublicKey;
import java.net.URI;
import java.util.Collection;
import java.util.Optional;

/** What one source says of a path. */
sealed interface Answer {
    /**
     * An upstream has it.
     *
     * @param key of the upstream, whose signature of it was verified; empty: the path follows from its contents
     * @param nar where its file is
     */
    record Found(Upstream upstream, NarInfo info, Optional<PublicKey> key, URI nar) implements Answer {}

    /** It is there, as the cache gives it out: known already, or another cache's. */
    record Ready(SignedPath path) implements Answer {}

    /** A small file beside NARs is there, and right. */
    record File(SideFiles.SideFile file) implements Answer {}

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

    /** Whether the source has what was asked for. */
    default boolean isThere() {
        return switch (this) {
            case Found found -> true;
            case Ready ready -> true;
            case File file -> true;
            case Absent absent -> false;
            case Away away -> false;
        };
    }

    /**
     * Whether "it is not there" cannot be said of what none of them has.
     *
     * @throws SourceAwayException where one that is required gave no answer
     */
    static boolean isAway(Collection<Answer> answers) {
        boolean away = false;
        for (Answer answer : answers) {
            if (answer instanceof Away one) {
                away = true;
                if (one.required) {
                    throw new SourceAwayException(one.source);
                }
            }
        }
        return away;
    }
}
