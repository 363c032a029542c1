package io.narthex.upstream;

import io.narthex.it.Await;
import io.narthex.it.FaultyUpstream;
import io.narthex.it.Rows;
import io.narthex.it.TenantCache;
import io.narthex.nix.signature.SecretKey;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** A faulty upstream with a key, known to the server of the tests, and a cache that lists it. */
final class TestUpstream implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final String name;
    private final FaultyUpstream server;
    private final SecretKey key;
    private final TenantCache cache;

    private TestUpstream(String name, FaultyUpstream server, SecretKey key, TenantCache cache) {
        this.name = name;
        this.server = server;
        this.key = key;
        this.cache = cache;
    }

    /** @param more fields of JSON, each with a comma before it */
    static TestUpstream make(String more) throws IOException, InterruptedException {
        return make(TenantCache.make("{\"visibility\":\"public\"}"), new FaultyUpstream(), more);
    }

    /** The same for a cache of any server, with an upstream that listens already. */
    static TestUpstream make(TenantCache cache, FaultyUpstream server, String more)
            throws IOException, InterruptedException {
        String name = "up-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet();
        SecretKey key = SecretKey.generate(name, new SecureRandom());
        TestUpstream made = new TestUpstream(name, server, key, cache);
        made.put("{\"url\":\"" + server.url() + "\",\"trustedPublicKeys\":[\"" + key.publicKey()
                + "\"],\"offeredTo\":[\"" + cache.tenant() + "\"]" + more + "}");
        made.list("\"uploads\",\"upstream:" + name + "\"");
        return made;
    }

    /** Changes the upstream. */
    void put(String json) throws IOException, InterruptedException {
        cache.administer("PUT", "/api/v1/upstreams/" + name, json);
    }

    /** Changes which sources the cache lists. */
    void list(String sources) throws IOException, InterruptedException {
        cache.administer("PUT", "/api/v1/tenants/" + cache.tenant() + "/caches/ci", "{\"sources\":[" + sources + "]}");
    }

    String health() throws IOException, InterruptedException {
        return cache.administer("GET", "/api/v1/upstreams/" + name + "/health", "");
    }

    String name() {
        return name;
    }

    FaultyUpstream server() {
        return server;
    }

    SecretKey key() {
        return key;
    }

    TenantCache cache() {
        return cache;
    }

    /** A path that it has. */
    SamplePath path(int bytes) {
        return SamplePath.ofBytes(bytes).at(server, key);
    }

    /** Asks for a narinfo; gives its status. */
    int ask(SamplePath path) throws IOException, InterruptedException {
        return cache.get(path.narInfoUrl()).statusCode();
    }

    /** Waits until the record of the shared server tells that of the path. */
    static void awaitEvent(String action, SamplePath path) throws Exception {
        Await.until(
                "event " + action,
                () -> !Rows.ofServer()
                        .texts(
                                "select 1 from audit_event where action = ? and path = ?",
                                action,
                                path.info().storePath().baseName())
                        .isEmpty());
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
