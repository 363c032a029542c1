package io.narthex.operations;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.it.TenantCache;
import io.narthex.push.HandPush;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

/** Many clients of one cache at once: some push, more read what others were told is there, some administer. */
final class ClusterLoad implements AutoCloseable {
    /** With those that start jobs, two hundred. */
    private static final int PUSHERS = 48;

    private static final int READERS = 128;
    private static final int ADMINISTRATORS = 20;

    /** A client does something so many times less often than Nix tries again: all of them share two cores with three servers. */
    private static final int UNHURRIED = 10;

    /** Those that work on what the pushes leave behind. */
    private static final List<String> JOBS = List.of("sweep", "merge-blobs", "fill-edges", "fold-usage");

    /** One path in so many has a NAR that takes some buffers. */
    private static final int LARGE_EACH = 10;

    private static final int LARGE = 100_000;
    private static final int SMALL = 40;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final TenantCache cache;
    private final String administrator;
    private final PatientClient client;
    private final Duration pause;
    private final List<HandPush> acknowledged = new CopyOnWriteArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    /** What a client does again and again. */
    private interface Work {
        void once(Random random) throws IOException, InterruptedException;
    }

    /**
     * Starts it.
     *
     * @param cache as the balancer has it
     * @param pause of Nix, before its second try
     */
    ClusterLoad(TenantCache cache, String administrator, Duration pause) {
        this.cache = cache;
        this.administrator = administrator;
        this.pause = pause;
        client = new PatientClient(pause);
        Duration between = pause.multipliedBy(UNHURRIED);
        start(PUSHERS, between, this::push);
        // there is more to read than to write, as in a cache that is used
        start(READERS, between.dividedBy(2), this::read);
        start(ADMINISTRATORS, between, this::administer);
        JOBS.forEach(job -> start(1, pause, random -> run(job)));
    }

    private void start(int count, Duration between, Work work) {
        for (int i = 0; i < count; i++) {
            Random random = new Random(threads.size());
            threads.add(
                    Thread.ofPlatform().name("client-" + threads.size()).start(() -> repeat(between, work, random)));
        }
    }

    private void repeat(Duration between, Work work, Random random) {
        try {
            // they do not begin all at once
            Thread.sleep(random.nextLong(1 + between.toMillis()));
            while (!stopped) {
                work.once(random);
                Thread.sleep(between);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            failures.add(Instant.now() + " " + Thread.currentThread().getName() + ": " + e);
        }
    }

    /** As Nix pushes: it asks, sends the NAR, then the narinfo. */
    private void push(Random random) throws IOException, InterruptedException {
        HandPush path = HandPush.sized(random.nextInt(LARGE_EACH) == 0 ? LARGE : SMALL, random);
        check("GET", path.narInfoUrl(), new byte[0], 404);
        check("HEAD", path.url(), new byte[0], 404);
        check("PUT", path.url(), path.file(), 200, 201);
        check("PUT", path.narInfoUrl(), path.narInfo().getBytes(StandardCharsets.US_ASCII), 200, 201);
        acknowledged.add(path);
    }

    private void read(Random random) throws IOException, InterruptedException {
        if (acknowledged.isEmpty()) {
            return;
        }
        HandPush path = acknowledged.get(random.nextInt(acknowledged.size()));
        check("GET", path.narInfoUrl(), new byte[0], 200);
        HttpResponse<byte[]> nar = check("GET", path.url(), new byte[0], 200);
        if (!Arrays.equals(nar.body(), path.file())) {
            failures.add(path.url() + " has other bytes");
        }
    }

    /** A token is made, opens the cache, and is revoked. */
    private void administer(Random random) throws IOException, InterruptedException {
        HttpResponse<byte[]> made = call("POST", tokens(), "{\"scopes\":[\"pull\"]}", 201);
        String token = JSON.readTree(made.body()).path("token").asText();
        await(token, 200);
        call("GET", tokens(), "", 200);
        call("DELETE", tokens() + "/" + token.split("_", -1)[1], "", 204);
        await(token, 401);
    }

    /** Another node knows of a token a moment later. */
    private void await(String token, int status) throws IOException, InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        int seen = client.send(to("/nix-cache-info", token)).statusCode();
        while (seen != status && Instant.now().isBefore(end)) {
            Thread.sleep(pause);
            seen = client.send(to("/nix-cache-info", token)).statusCode();
        }
        if (seen != status) {
            failures.add("a token gets " + seen + " in place of " + status);
        }
    }

    /** Two runs at once of one job there are not: 409. */
    private void run(String job) throws IOException, InterruptedException {
        call("POST", "/api/v1/jobs/" + job + "/runs", "", 201, 409);
    }

    private HttpRequest.Builder to(String path, String token) {
        return HttpRequest.newBuilder(URI.create(cache.url() + path)).header("Authorization", "Bearer " + token);
    }

    private String tokens() {
        return "/api/v1/tenants/" + cache.tenant() + "/tokens";
    }

    private HttpResponse<byte[]> call(String method, String path, String json, int... wanted)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(cache.server() + path))
                .method(method, HttpRequest.BodyPublishers.ofString(json))
                .header("Authorization", "Bearer " + administrator)
                .header("Content-Type", "application/json");
        return checked(method + " " + path, request, wanted);
    }

    private HttpResponse<byte[]> check(String method, String path, byte[] body, int... wanted)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = to("/" + path, cache.token())
                .method(
                        method,
                        body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        return checked(method + " " + path, request, wanted);
    }

    private HttpResponse<byte[]> checked(String what, HttpRequest.Builder request, int... wanted)
            throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = client.send(request);
        if (IntStream.of(wanted).noneMatch(status -> status == answer.statusCode())) {
            throw new IOException(
                    what + ": " + answer.statusCode() + " " + new String(answer.body(), StandardCharsets.UTF_8));
        }
        return answer;
    }

    /** Waits until so many paths more were pushed. */
    void awaitPushes(int more) throws InterruptedException {
        int wanted = acknowledged.size() + more;
        Instant end = Instant.now().plus(PATIENCE);
        while (acknowledged.size() < wanted && Instant.now().isBefore(end)) {
            Thread.sleep(20);
        }
        if (acknowledged.size() < wanted) {
            failures.add("only " + acknowledged.size() + " of " + wanted + " paths were pushed");
        }
    }

    /** What no client may meet; empty if all went well. */
    Collection<String> failures() {
        return failures;
    }

    /** All whose narinfo was answered by 2xx. */
    List<HandPush> acknowledged() {
        return acknowledged;
    }

    /** Ends it; returns when no request is under way. */
    void stop() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join(PATIENCE.multipliedBy(2));
        }
    }

    /** Ends it, without waiting for that, where a test fails. */
    @Override
    public void close() {
        stopped = true;
    }
}
