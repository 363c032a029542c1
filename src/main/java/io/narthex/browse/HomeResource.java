package io.narthex.browse;

import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.http.RequestUrl;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.index.search.FoundPath;
import io.narthex.index.search.PathSearch;
import io.narthex.index.search.SearchOrder;
import io.narthex.index.search.SearchText;
import io.narthex.key.KeyRing;
import io.narthex.nix.signature.PublicKey;
import io.narthex.protocol.Responses;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code /}: the page for people who open a cache's URL, in a browser or by curl. */
@Path("/")
public class HomeResource {
    /** What is found may change with every push. */
    private static final String SECONDS = "public, max-age=5";

    @Inject
    KeyRing ring;

    @Inject
    RequestedCache requested;

    @Inject
    RequestUrl server;

    @Inject
    PathSearch search;

    /**
     * The page, with what was found where something was looked for.
     *
     * @param typed what to look for in the cache
     */
    @GET
    @Requires(Right.PULL)
    public Response get(@QueryParam("q") @DefaultValue("") String typed, @Context HttpHeaders request) {
        Cache cache = requested.get();
        HomeView view = view(cache, typed.strip());
        boolean text = isForTerminals(request.getHeaderString(HttpHeaders.ACCEPT));
        return Response.ok(text ? HomePage.text(view) : HomePage.html(view))
                .type(text ? "text/plain; charset=utf-8" : "text/html; charset=utf-8")
                .header(
                        HttpHeaders.CACHE_CONTROL,
                        Responses.control(cache, view.typed().isEmpty() ? Responses.MINUTES : SECONDS))
                .header(HttpHeaders.VARY, "Host, Accept")
                .header("Content-Security-Policy", HomePage.POLICY)
                .header("Referrer-Policy", "same-origin")
                .build();
    }

    private HomeView view(Cache cache, String typed) {
        Optional<SearchText> text = SearchText.of(typed);
        List<FoundPath> found =
                text.isEmpty() ? List.of() : search.find(cache, text, SearchOrder.AGE, HomeView.SHOWN + 1);
        return new HomeView(
                cache,
                requested.base(),
                requested.place(),
                requested.isAtHost()
                        ? Optional.empty()
                        : Optional.of(server.base().text() + "/console"),
                ring.of(cache).published().stream().map(PublicKey::toString).collect(Collectors.joining(" ")),
                typed,
                found);
    }

    /** Browsers name HTML, curl says that it takes anything; who says nothing gets what a page has always been. */
    private static boolean isForTerminals(@Nullable String accept) {
        return accept != null && !accept.isBlank() && !accept.contains("html");
    }
}
