package io.narthex.it;

import io.narthex.nix.store.StorePath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A real Nix client with an empty store, which fetches from one cache and trusts certain keys. */
public final class NixClient {
    private final NixStore store;
    private final String url;
    private final String trustedKeys;

    /** @param trustedKeys in Nix's form, with spaces between */
    public NixClient(Path directory, String url, String trustedKeys) throws IOException {
        this.store = NixStore.in(directory);
        this.url = url;
        this.trustedKeys = trustedKeys;
    }

    /** Its own store. */
    public NixStore store() {
        return store;
    }

    /** Fetches a path with all that it refers to. */
    public void realise(StorePath path) throws IOException {
        run("nix-store", "--store", store.uri(), "--realise", NixStore.path(path));
    }

    /** Fetches a path with all that it refers to, by the newer command. */
    public void copy(StorePath path) throws IOException {
        run("nix", "copy", "--from", url, "--to", store.uri(), NixStore.path(path));
    }

    /** Runs a command of Nix with the client's options behind it. */
    public String run(String... command) throws IOException {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of("--option", "substituters", url, "--option", "trusted-public-keys", trustedKeys));
        return store.run(all);
    }
}
