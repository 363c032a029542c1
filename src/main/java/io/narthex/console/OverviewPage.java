package io.narthex.console;

import io.narthex.access.TokenLogin;
import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.http.Right;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.Comparator;
import java.util.List;

/** The first page: the caches that the caller may see. */
@Named("overview")
@RequestScoped
public class OverviewPage {
    /** Of caches, on one page. */
    private static final int MOST = 1_000;

    @Inject
    private CacheDirectory caches;

    @Inject
    private TokenLogin login;

    /** A cache in the list. */
    public record Row(String tenant, String name, String visibility) {}

    public List<Row> getCaches() {
        return caches.now().all().stream()
                .filter(cache -> login.may(
                        Right.VIEW_CACHE, cache.tenant().text(), cache.name().text()))
                .sorted(Comparator.comparing(Cache::fullName))
                .limit(MOST)
                .map(cache ->
                        new Row(cache.tenant().text(), cache.name().text(), cache.isPublic() ? "public" : "private"))
                .toList();
    }
}
