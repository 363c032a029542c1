package io.narthex.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.narthex.cache.Cache;
import io.narthex.index.UpstreamNar;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.store.StorePath;
import io.narthex.upstream.ServerVia;
import io.narthex.upstream.SideFiles;
import io.narthex.upstream.SideFiles.SideFile;
import io.narthex.upstream.SideFiles.Verdict;
import io.undertow.servlet.handlers.ServletRequestContext;
import io.undertow.util.Headers;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/**
 * Finds the small files of upstreams that the URLs of a cache name. Where a request came through this server before,
 * there are none: what a cache has itself is all that the circle can bring. Thread-safe.
 */
@ApplicationScoped
class UpstreamFiles {
    private static final JsonFactory JSON = new JsonFactory();

    @Inject
    private SideFiles files;

    @Inject
    private ServerVia via;

    /** What is in a path, as its upstream says: nobody has signed that, and the NAR is not here yet. */
    Optional<SideFile> listing(Cache cache, UpstreamNar nar) {
        return isCircle() ? Optional.empty() : files.listing(cache, nar, (file, keys) -> listing(file));
    }

    Optional<SideFile> log(Cache cache, StorePath derivation) {
        return isCircle() ? Optional.empty() : files.log(cache, derivation, (file, keys) -> text(file));
    }

    /** @param name the URL, below the cache's and below the upstream's */
    Optional<SideFile> document(Cache cache, String name, SideFiles.Check check) {
        return isCircle() ? Optional.empty() : files.document(cache, name, check);
    }

    private boolean isCircle() {
        return via.isIn(ServletRequestContext.requireCurrent()
                .getExchange()
                .getRequestHeaders()
                .getFirst(Headers.VIA));
    }

    /** Nix: src/libutil/nar-listing.cc. What is inside is the upstream's word; that it ends is seen here. */
    private static Verdict listing(SideFile file) throws IOException {
        try (InputStream text = file.open();
                JsonParser json = JSON.createParser(text)) {
            boolean root = false;
            Verdict start = json.nextToken() == JsonToken.START_OBJECT ? Verdict.RIGHT : Verdict.WRONG;
            while (start == Verdict.RIGHT && json.nextToken() == JsonToken.FIELD_NAME) {
                boolean named = json.currentName().equals("root");
                root |= json.nextToken() == JsonToken.START_OBJECT && named;
                json.skipChildren();
            }
            return root && json.nextToken() == null ? Verdict.RIGHT : Verdict.WRONG;
        }
    }

    /** It can be decoded to its end. */
    private static Verdict text(SideFile file) throws IOException {
        try (InputStream text = file.open()) {
            text.transferTo(OutputStream.nullOutputStream());
            return Verdict.RIGHT;
        }
    }

    /**
     * All of a file that has no more than a narinfo may have.
     *
     * @throws IOException where it has more
     */
    static byte[] small(SideFile file) throws IOException {
        try (InputStream text = file.open()) {
            byte[] all = text.readNBytes(NarInfoReader.MAX_BYTES + 1);
            if (all.length > NarInfoReader.MAX_BYTES) {
                throw new IOException("it has more than " + NarInfoReader.MAX_BYTES + " bytes");
            }
            return all;
        }
    }
}
