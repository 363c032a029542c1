package io.narthex.protocol;

import io.narthex.http.Public;
import io.narthex.index.PathIndex;
import io.narthex.index.SignedPath;
import io.narthex.localstore.LocalStore;
import io.narthex.nix.nar.NarListing;
import io.narthex.nix.store.StorePathHash;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;

/** {@code {hash}.ls}: what is in a path, with the place of each file in the NAR. */
@Path("{hash}.ls")
public class ListingResource {
    @Inject
    PathIndex index;

    @Inject
    LocalStore store;

    @GET
    @Public
    public Response get(@PathParam("hash") String text) throws IOException {
        StorePathHash hash = StorePathHash.tryParse(text, 0);
        if (hash == null || text.length() != NarUrl.HASH) {
            return Answers.malformed("Not the hash of a store path: it has 32 characters of Nix's base32");
        }
        Optional<SignedPath> found = index.find(hash);
        if (found.isEmpty()) {
            return Answers.absent();
        }
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        ListingJson.write(NarListing.of(store.locate(found.get().path().path())).root(), json);
        return Response.ok(json.toByteArray())
                .type("application/json")
                .header(HttpHeaders.LAST_MODIFIED, found.get().lastModified())
                .header(HttpHeaders.CACHE_CONTROL, Answers.DAY)
                .build();
    }
}
