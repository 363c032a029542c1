package io.narthex.protocol;

import io.narthex.cache.Cache;
import io.narthex.denial.DeniedPaths;
import io.narthex.localstore.BuildLog;
import io.narthex.localstore.LocalStore;
import io.narthex.nix.store.StorePath;
import io.narthex.push.DocumentIntake;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads build logs for people: their ends, where it says what became of the build. */
@ApplicationScoped
public class BuildLogs {
    /** Bytes that fit on a page. */
    private static final int SHOWN = 32 << 10;

    @Inject
    private LocalStore store;

    @Inject
    private DocumentIntake documents;

    @Inject
    private DeniedPaths denied;

    /** The last lines; empty where the cache has no log of the derivation, or may not give it out. */
    public Optional<String> end(Cache cache, StorePath derivation) {
        if (!derivation.isDerivation() || denied.withholdsDerivation(cache, derivation)) {
            return Optional.empty();
        }
        try (InputStream text = open(cache, derivation)) {
            return text == null ? Optional.empty() : Optional.of(end(text));
        } catch (IOException e) {
            // a file that is no archive, or not one yet while its build goes on
            return Optional.empty();
        }
    }

    private @Nullable InputStream open(Cache cache, StorePath derivation) throws IOException {
        Optional<BuildLog> local = cache.showsLocalStore() ? store.buildLog(derivation) : Optional.empty();
        if (local.isPresent()) {
            return local.get().open();
        }
        var pushed = documents.findLog(cache, derivation);
        return pushed.isPresent() ? documents.open(pushed.get()) : null;
    }

    private static String end(InputStream text) throws IOException {
        byte[] kept = new byte[2 * SHOWN];
        int length = 0;
        boolean cut = false;
        for (int n = text.read(kept); n >= 0; n = text.read(kept, length, kept.length - length)) {
            length += n;
            if (length == kept.length) {
                System.arraycopy(kept, SHOWN, kept, 0, SHOWN);
                length = SHOWN;
                cut = true;
            }
        }
        int from = Math.max(0, length - SHOWN);
        String end = new String(kept, from, length - from, StandardCharsets.UTF_8);
        return cut || from > 0 ? "…\n" + end.substring(end.indexOf('\n') + 1) : end;
    }
}
