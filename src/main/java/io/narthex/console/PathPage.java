package io.narthex.console;

import io.narthex.access.TokenLogin;
import io.narthex.auditor.Fetches;
import io.narthex.cache.Cache;
import io.narthex.cache.CacheDirectory;
import io.narthex.console.closure.Closure;
import io.narthex.console.closure.Closures;
import io.narthex.http.Right;
import io.narthex.index.PathIndex;
import io.narthex.index.SignedPath;
import io.narthex.index.upload.CachedPaths;
import io.narthex.index.upload.PathDetail;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import io.narthex.protocol.BuildLogs;
import io.narthex.provenance.Provenances;
import io.narthex.retention.Explanation;
import io.narthex.retention.Explanations;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.RequestScoped;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One path of a cache, and all that is known of it. */
@Named("path")
@RequestScoped
public class PathPage {
    /** Fetches that are listed, the newest. */
    private static final int FETCHES = 20;

    /** Of caches that it can be promoted to; the page of each has a form that takes any path. */
    private static final int TARGETS = 50;

    @Inject
    private ConsoleRequest request;

    @Inject
    private TokenLogin login;

    @Inject
    private CacheDirectory caches;

    @Inject
    private PathIndex index;

    @Inject
    private CachedPaths paths;

    @Inject
    private Closures closures;

    @Inject
    private Explanations explanations;

    @Inject
    private Provenances provenances;

    @Inject
    private BuildLogs logs;

    @Inject
    private Fetches fetches;

    private @Nullable Shown shown;

    /** What is shown, asked for once: a view evaluates an expression as often as it likes. */
    private record Shown(
            Cache cache,
            SignedPath path,
            PathDetail detail,
            Closure closure,
            List<StorePath> dependents,
            Optional<Explanation> explanation,
            List<Fact> provenance,
            List<FetchRow> fetches,
            String log) {}

    /** A fact. */
    public record Fact(String name, String value) {}

    /** Another page. */
    public record Link(String name, String url) {}

    /** Why it is kept. */
    public record Reason(String sentence, List<String> through) {}

    /** A time that it was fetched. */
    public record FetchRow(String at, String who, String from, String sent) {}

    @PostConstruct
    void load() {
        PageAddress address = request.address();
        Cache cache = caches.require(address.tenant(), address.cache());
        String text = address.name("hash");
        StorePathHash hash = text.length() == StorePathHash.LENGTH ? StorePathHash.tryParse(text, 0) : null;
        if (hash == null) {
            absent();
            return;
        }
        Optional<SignedPath> path = index.find(cache, hash);
        path.flatMap(found -> paths.find(cache, hash, path).map(detail -> read(cache, found, detail)))
                .ifPresentOrElse(found -> shown = found, PathPage::absent);
    }

    private Shown read(Cache cache, SignedPath path, PathDetail detail) {
        StorePathHash hash = path.path().hash();
        return new Shown(
                cache,
                path,
                detail,
                closures.find(cache, path),
                paths.dependents(cache, path.path()),
                explanations.explainByNearest(cache, hash),
                provenances.find(cache, hash).map(PathFacts::of).orElse(List.of()),
                mayReadRecord(cache)
                        ? fetches.last(cache, path.path(), FETCHES).stream()
                                .map(PathFacts::fetch)
                                .toList()
                        : List.of(),
                path.facts()
                        .deriver()
                        .flatMap(deriver -> logs.end(cache, deriver))
                        .orElse(""));
    }

    private boolean mayReadRecord(Cache cache) {
        return login.may(Right.AUDIT_CACHE, cache.tenant().text(), cache.name().text());
    }

    private static void absent() {
        FacesContext.getCurrentInstance().getExternalContext().setResponseStatus(HttpServletResponse.SC_NOT_FOUND);
    }

    /** Its base name. */
    public String getName() {
        return shown().path().path().baseName();
    }

    public boolean isFound() {
        return shown != null;
    }

    private Shown shown() {
        return Optional.ofNullable(shown).orElseThrow();
    }

    public List<Fact> getFacts() {
        return PathFacts.of(shown().cache(), shown().path(), shown().detail());
    }

    /** Ours, by the keys that sign now, and those that it came with. */
    public List<PathDetail.SignatureResponse> getSignatures() {
        return shown().detail().signatures();
    }

    public List<String> getForeignSignatures() {
        return shown().detail().path().foreignSignatures();
    }

    /** Where the cache shows its files. */
    public String getFiles() {
        return "/" + shown().cache().fullName() + "/serve/"
                + shown().path().path().hash() + "/";
    }

    /** The end of what the build printed; empty where nobody has kept that. */
    public String getLog() {
        return shown().log();
    }

    /** Which build pushed it; empty where that was none. */
    public List<Fact> getProvenance() {
        return shown().provenance();
    }

    /** What it needs. */
    public ClosureView getClosure() {
        return new ClosureView(shown().cache(), shown().closure());
    }

    /** What refers to it, the first of them. */
    public List<Link> getDependents() {
        return shown().dependents().stream()
                .map(path -> new Link(path.baseName(), ClosureView.url(shown().cache(), path)))
                .toList();
    }

    /** Who fetched it last; for who may read what the record has of the cache alone. */
    public List<FetchRow> getFetches() {
        return shown().fetches();
    }

    public boolean isFetchesShown() {
        return mayReadRecord(shown().cache());
    }

    /** Where it can be promoted to: names of caches, and pages that tell what goes along. */
    public List<Link> getTargets() {
        Cache cache = shown().cache();
        return caches.now().all().stream()
                .filter(other -> other.id() != cache.id()
                        && other.takesUploads()
                        && other.storeDir().equals(cache.storeDir())
                        && login.may(
                                Right.PROMOTE,
                                other.tenant().text(),
                                other.name().text()))
                .sorted(Comparator.comparing(Cache::fullName))
                .limit(TARGETS)
                .map(other -> new Link(other.fullName(), promotion(cache, other)))
                .toList();
    }

    private String promotion(Cache from, Cache to) {
        return PageAddress.ROOT + "/caches/" + to.fullName() + "/promote?from=" + from.fullName() + "&path="
                + shown().path().path().hash();
    }

    /** Why it is kept, or when it goes. */
    public String getRetention() {
        return shown().explanation()
                .map(PathFacts::retention)
                .orElse("It lies in the Nix store of the server's machine: what goes there is up to Nix's garbage"
                        + " collection.");
    }

    public List<Reason> getReasons() {
        return shown().explanation().map(PathFacts::reasons).orElse(List.of());
    }
}
