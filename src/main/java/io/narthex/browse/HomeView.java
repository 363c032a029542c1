package io.narthex.browse;

import io.narthex.cache.Cache;
import io.narthex.http.BaseUrl;
import io.narthex.index.search.FoundPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the first page of a cache tells, whatever its form.
 *
 * @param base where clients fetch from the cache
 * @param prefix what stands before the cache's paths in links
 * @param console where the console is; empty at a virtual host, where there is none
 * @param keys public keys in Nix's form, with spaces between
 * @param typed what is looked for; empty: nothing
 * @param found what the cache has of that, perhaps one more than is shown
 */
record HomeView(
        Cache cache,
        BaseUrl base,
        String prefix,
        Optional<String> console,
        String keys,
        String typed,
        List<FoundPath> found) {
    /** As many paths as are shown. */
    static final int SHOWN = 20;

    /** The two lines of nix.conf. */
    String lines() {
        return "extra-substituters = " + base.text() + "\nextra-trusted-public-keys = " + keys;
    }

    /** How one path is fetched without them. */
    String once() {
        return "nix-store -r PATH --option substituters " + base.text() + " --option trusted-public-keys '" + keys
                + "'";
    }

    /** What it is, in a sentence or two. */
    String description() {
        List<String> sources = new ArrayList<>();
        if (cache.showsLocalStore()) {
            sources.add("the Nix store of its machine");
        }
        if (cache.takesUploads()) {
            sources.add("what was pushed into it");
        }
        if (cache.showsOthers()) {
            sources.add("what other caches have");
        }
        return "A Nix binary cache: it hands out what was built once, signed, so that other machines need not build it"
                + " again. It has " + String.join(", and ", sources) + ". "
                + (cache.isPublic() ? "Everybody may read it." : "Reading it needs a token.");
    }

    List<FoundPath> shown() {
        return found.subList(0, Math.min(SHOWN, found.size()));
    }

    /** What came of the search, in a few words. */
    String outcome() {
        if (found.isEmpty()) {
            return "Nothing here fits that";
        }
        return found.size() > SHOWN
                ? "The newest " + SHOWN + " that fit"
                : found.size() == 1 ? "One path fits" : found.size() + " paths fit, the newest first";
    }
}
