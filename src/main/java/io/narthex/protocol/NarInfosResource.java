package io.narthex.protocol;

import io.narthex.audit.ReadLog;
import io.narthex.cache.Cache;
import io.narthex.cache.RequestedCache;
import io.narthex.http.CurrentCaller;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import io.narthex.index.PathIndex;
import io.narthex.index.SignedPath;
import io.narthex.index.UsedBy;
import io.narthex.nix.store.StorePathHash;
import io.narthex.retention.use.PushSessions;
import io.narthex.retention.use.UseLog;
import io.undertow.servlet.handlers.ServletRequestContext;
import io.undertow.util.Headers;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.inject.Inject;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.Map;
import org.xnio.IoUtils;

/**
 * {@code get-narinfos-v1}: many narinfos in one answer, a line of JSON for each path that the cache has. A client takes a hash
 * without a line for absent: an answer that cannot be completed is broken off, so that it is not taken for whole.
 */
@Path("get-narinfos-v1")
public class NarInfosResource {
    private static final System.Logger LOG = System.getLogger(NarInfosResource.class.getName());
    /** Paths that are looked up together: some 2 MB, and one query where memory knows none of them; two are worked on at a time. */
    private static final int PIECE = 1_000;
    /** In bytes: some hundred lines go to the connection at once. */
    private static final int BUFFER = 1 << 16;

    /** A safe request with a body, for which JAX-RS has no name. */
    @HttpMethod("QUERY")
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    @interface Query {}

    @Inject
    PathIndex index;

    @Inject
    RequestedCache requested;

    @Inject
    ReadLog reads;

    @Inject
    UseLog uses;

    @Inject
    PushSessions pushers;

    @Inject
    CurrentCaller caller;

    @Inject
    NarInfoLines lines;

    @Resource(lookup = "java:jboss/ee/concurrency/executor/default")
    ManagedExecutorService executor;

    @POST
    @Requires(Right.PULL)
    public Response post(InputStream body) throws IOException {
        return answer(body);
    }

    @Query
    @Requires(Right.PULL)
    public Response query(InputStream body) throws IOException {
        return answer(body);
    }

    private Response answer(InputStream body) throws IOException {
        byte[] text = body.readNBytes(NarInfoBatch.LONGEST + 1);
        if (text.length > NarInfoBatch.LONGEST) {
            throw NarInfoBatch.tooLarge();
        }
        List<StorePathHash> hashes = NarInfoBatch.parse(text);
        Cache cache = requested.get();
        boolean authorized = ServletRequestContext.requireCurrent()
                .getExchange()
                .getRequestHeaders()
                .contains(Headers.AUTHORIZATION);
        UsedBy who = pushers.note(caller, cache, authorized);
        PiecesAhead<StorePathHash> pieces = new PiecesAhead<>(hashes, PIECE, executor, piece -> prepare(cache, piece));
        return Response.ok(answer(cache, pieces, who))
                .type("application/x-ndjson")
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    private void prepare(Cache cache, List<StorePathHash> hashes) {
        index.bring(cache, hashes).forEach(lines::of);
    }

    /** Looks for the first piece before the answer begins: what cannot be known is 503. */
    private StreamingOutput answer(Cache cache, PiecesAhead<StorePathHash> pieces, UsedBy who) {
        try {
            Map<StorePathHash, SignedPath> first = pieces.count() == 0 ? Map.of() : index.findAll(cache, pieces.get(0));
            return out -> write(cache, pieces, first, who, out);
        } catch (RuntimeException e) {
            pieces.close();
            throw e;
        }
    }

    private void write(
            Cache cache,
            PiecesAhead<StorePathHash> pieces,
            Map<StorePathHash, SignedPath> first,
            UsedBy who,
            OutputStream out) {
        // closed only where all is written: what is left in it otherwise is not to look like an end
        BufferedOutputStream buffered = new BufferedOutputStream(out, BUFFER);
        try (pieces) {
            for (int i = 0; i < pieces.count(); i++) {
                List<StorePathHash> piece = pieces.get(i);
                writePiece(cache, piece, i == 0 ? first : index.findAll(cache, piece), who, buffered);
            }
            buffered.flush();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "event=client-gone cache={0}", cache.fullName());
            breakOff();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "event=batch-broken-off cache={0} cause={1}", cache.fullName(), e);
            breakOff();
        }
    }

    private static void breakOff() {
        IoUtils.safeClose(ServletRequestContext.requireCurrent().getExchange().getConnection());
    }

    private void writePiece(
            Cache cache, List<StorePathHash> hashes, Map<StorePathHash, SignedPath> found, UsedBy who, OutputStream out)
            throws IOException {
        for (StorePathHash hash : hashes) {
            SignedPath path = found.get(hash);
            if (path == null) {
                reads.miss(cache.tenantId(), cache.id());
            } else {
                reads.hit(path.hits(), cache.tenantId(), cache.id(), path.path());
                uses.note(path, who);
                out.write(lines.of(path));
            }
        }
    }
}
