package io.narthex.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.Await;
import io.narthex.it.FaultyUpstream.Answer;
import io.narthex.it.NixStore;
import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.store.StorePath;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Narinfos of upstreams, against one that does what it should not. */
@ExtendWith(SharedServer.class)
class UpstreamLookUpIT {
    private static final String EVENTS =
            "select action || ' ' || (detail->>'upstream') from audit_event where path = ?" + " order by id";

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.US_ASCII);
    }

    private static NarInfo info(HttpResponse<byte[]> answer) {
        return NarInfoReader.read(answer.body());
    }

    @Test
    void answersAMissWithOurUrlTheirSignatureAndOurs() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = upstream.path(1_000);

            HttpResponse<byte[]> answer = upstream.cache().get(path.narInfoUrl());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("X-Narthex-Source")).contains("upstream:" + upstream.name());
            NarInfo info = info(answer);
            assertThat(info.narHash()).isEqualTo(path.info().narHash());
            assertThat(info.compression()).isEqualTo("zstd");
            PublicKey ours = PublicKey.parse(upstream.cache().keys());
            assertThat(info.signatures())
                    .anySatisfy(s ->
                            assertThat(ours.verify(Fingerprint.of(info), s)).isTrue())
                    .anySatisfy(s -> assertThat(upstream.key().publicKey().verify(Fingerprint.of(info), s))
                            .isTrue());
            assertThat(Rows.ofServer()
                            .texts(
                                    "select claim from audit.signatures where path = ?",
                                    path.info().storePath().baseName()))
                    .containsExactly("upstream-signature");
        }
    }

    @Test
    void asksOnceHoweverManyAskAtOnce() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = upstream.path(1_000);
            CountDownLatch latch = new CountDownLatch(1);
            upstream.server().change("/" + path.narInfoUrl(), answer -> answer.heldAt(0, latch));

            List<CompletableFuture<Integer>> all = java.util.stream.IntStream.range(0, 20)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    return upstream.ask(path);
                                } catch (Exception e) {
                                    throw new IllegalStateException(e);
                                }
                            },
                            Thread::startVirtualThread))
                    .toList();
            Await.until("request upstream", () -> upstream.server().requestsOf("/" + path.narInfoUrl()) > 0);
            latch.countDown();

            assertThat(all).allSatisfy(status -> assertThat(status.join()).isEqualTo(200));
            assertThat(upstream.server().requestsOf("/" + path.narInfoUrl())).isEqualTo(1);
        }
    }

    /** One look at what a path needs is not yet a walk: only who follows a reference is given the others ahead. */
    @Test
    void asksAheadForTheOtherReferencesOfWhoWalksThroughAClosure() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath deep = upstream.path(100);
            SamplePath first = needing(upstream, deep);
            SamplePath second = upstream.path(100);
            SamplePath top = needing(upstream, first, second);
            // the first question of a token is answered by the resource, which looks at no walks
            assertThat(upstream.ask(top)).isEqualTo(200);
            assertThat(upstream.ask(top)).isEqualTo(200);
            assertThat(upstream.server().requests()).hasSize(1);

            assertThat(upstream.ask(first)).isEqualTo(200);

            for (SamplePath ahead : List.of(second, deep)) {
                Await.until("request ahead", () -> upstream.server().requestsOf("/" + ahead.narInfoUrl()) > 0);
                assertThat(upstream.ask(ahead)).isEqualTo(200);
                assertThat(upstream.server().requestsOf("/" + ahead.narInfoUrl()))
                        .isEqualTo(1);
            }
        }
    }

    private static SamplePath needing(TestUpstream upstream, SamplePath... others) {
        StorePath[] paths = java.util.Arrays.stream(others)
                .map(other -> other.info().storePath())
                .toArray(StorePath[]::new);
        return SamplePath.ofBytes(100).referringTo(paths).at(upstream.server(), upstream.key());
    }

    @Test
    void takesNothingThatNoTrustedKeyHasSignedAndRecordsIt() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SecretKey other = SecretKey.generate(upstream.name(), new SecureRandom());
            SamplePath path = SamplePath.ofBytes(100).at(upstream.server(), other);

            assertThat(upstream.ask(path)).isEqualTo(404);
            assertThat(upstream.ask(path)).isEqualTo(404);

            assertThat(Rows.ofServer().texts(EVENTS, path.info().storePath().baseName()))
                    .containsExactly("upstream-signature-refused " + upstream.name());
            assertThat(upstream.health()).contains("\"refusedSignatures\":1");
        }
    }

    @Test
    void takesNoNarInfoOfAnotherPathNorWhatIsNone() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath asked = SamplePath.ofBytes(100);
            SamplePath told = SamplePath.ofBytes(100);
            upstream.server().answer("/" + asked.narInfoUrl(), Answer.ok(told.signed(upstream.key())));
            SamplePath page = SamplePath.ofBytes(100);
            upstream.server().answer("/" + page.narInfoUrl(), Answer.ok("<html>It works!</html>"));

            assertThat(upstream.ask(asked)).isEqualTo(404);
            assertThat(upstream.ask(page)).isEqualTo(404);
        }
    }

    @Test
    void takesOnlyNamesThatArePermitted() throws Exception {
        try (TestUpstream upstream = TestUpstream.make(",\"allow\":[\"good-*\"],\"deny\":[\"*-debug\"]")) {
            SamplePath good = SamplePath.of("good-1", 100, "none").at(upstream.server(), upstream.key());
            SamplePath denied = SamplePath.of("good-1-debug", 100, "none").at(upstream.server(), upstream.key());
            SamplePath other = SamplePath.of("bad-1", 100, "none").at(upstream.server(), upstream.key());

            assertThat(upstream.ask(good)).isEqualTo(200);
            assertThat(upstream.ask(denied)).isEqualTo(404);
            assertThat(upstream.ask(other)).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 403, 410})
    void remembersThatAPathIsNotThere(int status) throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = SamplePath.ofBytes(100);
            upstream.server().answer("/" + path.narInfoUrl(), Answer.of(status, new byte[0]));

            HttpResponse<byte[]> first = upstream.cache().get(path.narInfoUrl());

            assertThat(first.statusCode()).isEqualTo(404);
            assertThat(first.headers().firstValue("Cache-Control")).contains("no-store");
            // the feed may tell of the upstream that was just made, which lets a node forget, but not again and again
            for (int i = 0; i < 10; i++) {
                assertThat(upstream.ask(path)).isEqualTo(404);
            }
            assertThat(upstream.server().requestsOf("/" + path.narInfoUrl())).isBetween(1L, 3L);
            assertThat(upstream.health()).contains("\"failures\":0");
        }
    }

    @Test
    void forgetsThatAPathIsNotThereWhenAnUpstreamChanges() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = SamplePath.ofBytes(100);
            assertThat(upstream.ask(path)).isEqualTo(404);
            path.at(upstream.server(), upstream.key());
            assertThat(upstream.ask(path)).isEqualTo(404);

            upstream.put("{\"required\":true}");

            assertThat(upstream.ask(path)).isEqualTo(200);
        }
    }

    /** What cannot be told is no 404 that a client remembers for an hour. */
    @Test
    void saysOfARequiredUpstreamThatDoesNotAnswerThatItDoesNotKnow() throws Exception {
        try (TestUpstream upstream = TestUpstream.make(",\"required\":true,\"lookupMillis\":200")) {
            upstream.server().fallSilent(true);

            HttpResponse<byte[]> answer =
                    upstream.cache().get(SamplePath.ofBytes(10).narInfoUrl());

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        }
    }

    /** "Cannot tell" is not believed: the path is there as soon as the upstream answers again. */
    @Test
    void remembersNothingOfAnUpstreamThatGaveNoAnswer() throws Exception {
        try (TestUpstream upstream = TestUpstream.make(",\"lookupMillis\":200")) {
            SamplePath path = upstream.path(100);
            upstream.server().fallSilent(true);
            HttpResponse<byte[]> answer = upstream.cache().get(path.narInfoUrl());
            upstream.server().fallSilent(false);

            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
            assertThat(upstream.ask(path)).isEqualTo(200);
        }
    }

    @Test
    void forgetsThatAPathIsNotThereWhenItIsPushed() throws Exception {
        try (TestUpstream upstream = TestUpstream.make(",\"negativeSeconds\":86400")) {
            SamplePath path = SamplePath.of("pushed", 100, "none");
            assertThat(upstream.ask(path)).isEqualTo(404);
            upstream.cache().put(path.info().url(), path.file());
            upstream.cache().put(path.narInfoUrl(), path.signed(upstream.key()));

            assertThat(upstream.ask(path)).isEqualTo(200);
        }
    }

    /** Files that stand still have connections and threads of their own. */
    @Test
    void asksForNarInfosWhileManyNarsStandStill() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            CountDownLatch latch = new CountDownLatch(1);
            List<CompletableFuture<Integer>> waiting = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                SamplePath path = upstream.path(10_000);
                upstream.server().change("/" + path.info().url(), answer -> answer.heldAt(100, latch));
                String url = info(upstream.cache().get(path.narInfoUrl())).url();
                waiting.add(CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return upstream.cache().get(url).body().length;
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        Thread::startVirtualThread));
                Await.until(
                        "request upstream",
                        () -> upstream.server().requestsOf("/" + path.info().url()) > 0);
            }

            assertThat(upstream.ask(upstream.path(100))).isEqualTo(200);
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
            latch.countDown();
            assertThat(waiting).allSatisfy(one -> assertThat(one.join()).isGreaterThan(10_000));
        }
    }

    @Test
    void takesNoNarInfoWhoseNarLiesAtAHostThatIsNotNamed() throws Exception {
        try (TestUpstream upstream = TestUpstream.make(",\"redirectHosts\":[\"cdn.example\"]")) {
            SamplePath path = SamplePath.ofBytes(100)
                    .telling("http://127.0.0.9/file.nar.zst", Optional.empty(), OptionalLong.empty())
                    .at(upstream.server(), upstream.key());

            assertThat(upstream.ask(path)).isEqualTo(404);
        }
    }

    @Test
    void stopsAskingAnUpstreamThatFailsThreeTimes() throws Exception {
        try (TestUpstream upstream = TestUpstream.make(",\"lookupMillis\":100")) {
            upstream.server().fallSilent(true);
            for (int i = 0; i < 5; i++) {
                assertThat(upstream.ask(SamplePath.ofBytes(10))).isEqualTo(404);
            }

            assertThat(upstream.server().requests()).hasSize(3);
            assertThat(upstream.health()).contains("\"breaker\":\"open\"").contains("did not answer within 100 ms");
        }
    }

    @Test
    void obeysAnUpstreamThatIsAskedTooMuch() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = SamplePath.ofBytes(10);
            upstream.server()
                    .answer("/" + path.narInfoUrl(), Answer.of(429, new byte[0]).with("Retry-After", "20"));

            assertThat(upstream.ask(path)).isEqualTo(404);
            assertThat(upstream.ask(SamplePath.ofBytes(10))).isEqualTo(404);

            assertThat(upstream.server().requests()).hasSize(1);
        }
    }

    @Test
    void asksTheNextOneWhenTheFirstIsSlow() throws Exception {
        try (TestUpstream slow = TestUpstream.make(",\"lookupMillis\":60000");
                TestUpstream quick = TestUpstream.make("")) {
            TenantCache cache = slow.cache();
            slow.put("{\"lookupMillis\":1000}");
            slow.server().fallSilent(true);
            quick.put("{\"offeredTo\":[\"" + cache.tenant() + "\"]}");
            slow.list("\"uploads\",\"upstream:" + slow.name() + "\",\"upstream:" + quick.name() + "\"");
            SamplePath path = quick.path(100);

            HttpResponse<byte[]> answer = cache.get(path.narInfoUrl());

            assertThat(answer.headers().firstValue("X-Narthex-Source")).contains("upstream:" + quick.name());
        }
    }

    @Test
    void findsANarWithAQueryInItsUrlAndWithoutAFileHash() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = SamplePath.ofBytes(1_000)
                    .telling("some/where/file?token=a%2Fb&x", Optional.empty(), OptionalLong.empty())
                    .at(upstream.server(), upstream.key());

            HttpResponse<byte[]> answer = upstream.cache().get(path.narInfoUrl());

            String url = info(answer).url();
            assertThat(url).isEqualTo("nar/" + path.info().narHash().nix32() + ".nar.zst");
            assertThat(upstream.cache().get(url).body()).isEqualTo(path.file());
        }
    }

    @Test
    void hasNothingMoreOfAnUpstreamWhoseOfferEnds() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = upstream.path(100);
            assertThat(upstream.ask(path)).isEqualTo(200);
            assertThat(upstream.ask(path)).isEqualTo(200);

            upstream.put("{\"offeredTo\":[]}");

            assertThat(upstream.ask(path)).isEqualTo(404);
        }
    }

    @Test
    void hasNothingMoreByAKeyThatIsTrustedNoMore() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = upstream.path(100);
            assertThat(upstream.ask(path)).isEqualTo(200);
            SecretKey next = SecretKey.generate("next", new SecureRandom());

            upstream.put("{\"trustedPublicKeys\":[\"" + next.publicKey() + "\"]}");

            assertThat(upstream.ask(path)).isEqualTo(404);
            assertThat(Rows.ofServer()
                            .texts(
                                    "select detail->>'paths' from audit_event where action = 'upstream-key-removed' and"
                                            + " detail->>'upstream' = ?",
                                    upstream.name()))
                    .containsExactly("1");
        }
    }

    /** A key of a cache of this server, by which another server signs too. */
    @Test
    void hasNothingMoreByAKeyThatIsRevokedHere() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            TenantCache owner = TenantCache.make("{}");
            String keys = "/api/v1/tenants/" + owner.tenant() + "/caches/ci/keys";
            owner.administer("POST", keys, "{\"secretKey\":\"" + upstream.key().toText() + "\"}");
            SamplePath path = upstream.path(100);
            assertThat(upstream.ask(path)).isEqualTo(200);

            owner.administer("POST", keys + "/" + upstream.name() + "/revocation", "{\"reason\":\"leaked\"}");

            assertThat(upstream.ask(path)).isEqualTo(404);
            assertThat(upstream.ask(upstream.path(100))).isEqualTo(404);
        }
    }

    @Test
    void isCountedByDayForTheAuditor() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath path = upstream.path(1_000);
            String url = info(upstream.cache().get(path.narInfoUrl())).url();
            upstream.ask(
                    SamplePath.ofBytes(100).at(upstream.server(), SecretKey.generate("other", new SecureRandom())));
            assertThat(upstream.cache().get(url).statusCode()).isEqualTo(200);

            // 2 look-ups, one path that it had and one that nobody had signed, 1 file
            Await.until(
                    "row of the day",
                    () -> Rows.ofServer()
                            .texts(
                                    "select lookups || ' ' || hits || ' ' || refused || ' ' || fetches || ' ' || bytes"
                                            + " from audit.upstream_daily where upstream = ? and tenant = ?",
                                    upstream.name(),
                                    upstream.cache().tenant())
                            .equals(List.of("2 1 1 1 " + path.file().length)));
        }
    }

    @Test
    void showsWhatWasPushedFirstAndNothingOfOthersWherePathsArePushed(@TempDir Path directory) throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            NixStore builder = NixStore.in(directory.resolve("builder"));
            StorePath own = builder.evaluate("builtins.toFile \"own\" \"" + upstream.name() + "\"");
            upstream.cache().push(builder, own, "none");
            SamplePath path = upstream.path(100);

            HttpResponse<byte[]> pushed = upstream.cache().get(own.hash() + ".narinfo");

            assertThat(pushed.headers().firstValue("X-Narthex-Source")).contains("uploads");
            // before it was pushed it was asked for, by the client and by the check for a conflict; now nobody has to
            long before = upstream.server().requestsOf("/" + own.hash() + ".narinfo");
            upstream.cache().get(own.hash() + ".narinfo");
            assertThat(upstream.server().requestsOf("/" + own.hash() + ".narinfo"))
                    .isEqualTo(before);
            assertThat(upstream.ask(path)).isEqualTo(200);
            assertThat(upstream.cache().get("push/" + path.narInfoUrl()).statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void takesNoPushOfAPathThatAnUpstreamHasWithOtherBytes() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath there = upstream.path(100);
            SamplePath other = SamplePath.of("sample", 100, "none");
            String lie = new String(other.signed(upstream.key()), StandardCharsets.US_ASCII)
                    .replace(
                            other.info().storePath().baseName(),
                            there.info().storePath().baseName())
                    .replaceAll("Sig: .*\n", "");
            for (String place : List.of("", "push/")) {
                assertThat(upstream.cache()
                                .put(place + other.info().url(), other.file())
                                .statusCode())
                        .isLessThan(300);
                HttpResponse<byte[]> answer =
                        upstream.cache().put(place + there.narInfoUrl(), lie.getBytes(StandardCharsets.US_ASCII));

                assertThat(answer.statusCode()).isEqualTo(409);
                assertThat(text(answer))
                        .contains("he source upstream:" + upstream.name() + " of this cache has the path");
            }
            // refusals are written down some seconds later, those alike as one
            Await.until(
                    "event of the refusal",
                    () -> !Rows.ofServer()
                            .texts(
                                    "select 1 from audit_event where action = 'push-refused' and tenant = ?",
                                    upstream.cache().tenant())
                            .isEmpty());
        }
    }

    @Test
    void endsACircleOfServers() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            assertThat(upstream.ask(upstream.path(100))).isEqualTo(200);
            String via = upstream.server().requests().getFirst().headers().get("via");

            HttpResponse<byte[]> answer = upstream.cache()
                    .send(
                            "GET",
                            SamplePath.ofBytes(10).narInfoUrl(),
                            new byte[0],
                            upstream.cache().token(),
                            "Via",
                            "1.1 other, " + via);

            assertThat(answer.statusCode()).isEqualTo(508);
            assertThat(text(answer)).contains("circle");
            // nor does one with a token that memory does not know yet, which goes another way
            String fresh = upstream.cache().newToken("\"pull\"");
            assertThat(upstream.cache()
                            .send(
                                    "GET",
                                    SamplePath.ofBytes(11).narInfoUrl(),
                                    new byte[0],
                                    fresh,
                                    "Via",
                                    "1.1 other, " + via)
                            .statusCode())
                    .isEqualTo(508);
        }
    }

    @Test
    void tellsAnUpstreamNothingOfWhoAsks() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            upstream.ask(upstream.path(100));

            assertThat(upstream.server().requests().getFirst().headers().keySet())
                    .containsExactlyInAnyOrder("host", "connection", "user-agent", "via");
        }
    }
}
