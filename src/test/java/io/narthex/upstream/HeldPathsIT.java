package io.narthex.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.ApiClient;
import io.narthex.it.Await;
import io.narthex.it.Rows;
import io.narthex.it.ServerJobs;
import io.narthex.it.SharedServer;
import io.narthex.nix.narinfo.NarInfoWriter;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pushed paths that refer to what an upstream has. */
@ExtendWith(SharedServer.class)
class HeldPathsIT {
    private final ServerJobs jobs = new ServerJobs(System.getProperty("it.url"), ApiClient.token());

    HeldPathsIT() throws IOException {}

    private static HttpResponse<byte[]> push(TestUpstream upstream, String place, SamplePath path) throws Exception {
        upstream.cache().put(place + path.info().url(), path.file());
        return upstream.cache().put(place + path.narInfoUrl(), NarInfoWriter.write(path.info()));
    }

    /** Whether it is held and whether its file is here. */
    private static List<String> state(SamplePath path) throws Exception {
        return Rows.ofServer()
                .texts(
                        "select (held_at is not null) || ' ' || (blob_id is not null) from upstream_path"
                                + " where hash = decode(?, 'hex')",
                        HexFormat.of().formatHex(path.info().storePath().hash().toBytes()));
    }

    private static void await(SamplePath path, String state) throws Exception {
        Await.until("state " + state, () -> state(path).equals(List.of(state)));
    }

    private static long held(TestUpstream upstream) throws Exception {
        return Long.parseLong(Rows.ofServer()
                .texts(
                        "select (usage_of_cache(c.tenant_id, c.id)).stored_bytes from cache c"
                                + " join tenant t on t.id = c.tenant_id where t.name = ?",
                        upstream.cache().tenant())
                .getFirst());
    }

    @Test
    void countAsHereAndAreKeptWithAllThatTheyReferToInTheQuota() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath far = upstream.path(3_000);
            SamplePath near = SamplePath.ofBytes(2_000)
                    .referringTo(far.info().storePath())
                    .at(upstream.server(), upstream.key());
            // as a client does that asks what it has to push
            assertThat(upstream.ask(far)).isEqualTo(200);
            assertThat(upstream.ask(near)).isEqualTo(200);
            SamplePath own =
                    SamplePath.of("own", 1_000, "none").referringTo(near.info().storePath());

            assertThat(push(upstream, "", own).statusCode()).isEqualTo(201);

            await(near, "true true");
            await(far, "true true");
            assertThat(held(upstream)).isEqualTo(own.file().length + near.file().length + far.file().length);
            HttpResponse<byte[]> answer = upstream.cache().get(near.narInfoUrl());
            assertThat(answer.headers().firstValue("X-Narthex-Source")).contains("upstream:" + upstream.name());
            assertThat(upstream.cache().get("push/" + near.narInfoUrl()).statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void areFreeAgainWhenNothingRefersToThem() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath near = upstream.path(2_000);
            SamplePath own =
                    SamplePath.of("own", 1_000, "none").referringTo(near.info().storePath());
            assertThat(push(upstream, "push/", own).statusCode()).isEqualTo(201);
            await(near, "true true");
            Rows.ofServer()
                    .change("update upstream_path set held_at = now() - interval '2 hours' where held_at is not null");
            Await.until(
                    "edge",
                    () -> !Rows.ofServer()
                            .texts(
                                    "select 1 from path_edge e join store_path s on s.id = e.reference where"
                                            + " s.base_name = ?",
                                    near.info().storePath().baseName())
                            .isEmpty());
            jobs.run("upstream-budget");
            assertThat(state(near)).containsExactly("true true");

            upstream.cache()
                    .administer(
                            "DELETE",
                            "/api/v1/tenants/" + upstream.cache().tenant() + "/caches/ci/paths/"
                                    + own.info().storePath().hash(),
                            "");
            Await.until(
                    "end of the edges",
                    () -> Rows.ofServer()
                            .texts(
                                    "select 1 from path_edge e join store_path s on s.id = e.reference where"
                                            + " s.base_name = ?",
                                    near.info().storePath().baseName())
                            .isEmpty());
            jobs.run("upstream-budget");

            assertThat(state(near)).containsExactly("false true");
        }
    }

    @Test
    void areStillMissedWhereNoUpstreamHasThem() throws Exception {
        try (TestUpstream upstream = TestUpstream.make("")) {
            SamplePath none = SamplePath.ofBytes(10);
            SamplePath own =
                    SamplePath.of("own", 1_000, "none").referringTo(none.info().storePath());

            HttpResponse<byte[]> answer = push(upstream, "", own);

            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(new String(answer.body(), StandardCharsets.US_ASCII))
                    .contains(none.info().storePath().baseName());
        }
    }
}
