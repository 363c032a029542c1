package io.narthex.index;

import io.narthex.localstore.ValidPath;

/** Says where the bytes of a path's NAR come from. */
public sealed interface NarSource {
    /** The machine's Nix store: packed while it is sent. */
    record InLocalStore(ValidPath valid) implements NarSource {}

    /** A file that was pushed: sent as it lies. */
    record InBlobStore(StoredNar nar) implements NarSource {}

    /** A file of another cache: sent while it is fetched. */
    record AtUpstream(UpstreamNar nar) implements NarSource {}
}
