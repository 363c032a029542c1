package io.narthex.protocol;

import io.narthex.http.Public;
import io.narthex.index.PathIndex;
import io.narthex.index.SignedPath;
import io.narthex.localstore.LocalStore;
import io.narthex.nix.nar.NarListing;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

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
        SignedPath path = index.find(Answers.hash(text)).orElseThrow(Answers::absent);
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        ListingJson.write(NarListing.of(store.locate(path.path().path())).root(), json);
        return Response.ok(json.toByteArray())
                .type("application/json")
                .header(HttpHeaders.LAST_MODIFIED, path.lastModified())
                .header(HttpHeaders.CACHE_CONTROL, Answers.DAY)
                .build();
    }
}
