package io.narthex.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.http.ApiClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.assertj.core.api.Assertions;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.ExtendWith;

/** The jobs over HTTP, as an administrator uses them. */
@ExtendWith(ArquillianExtension.class)
@Timeout(
        value = 10,
        unit = TimeUnit.MINUTES,
        threadMode = ThreadMode.SAME_THREAD) // Arquillian keeps its state by thread
class JobsIT {
    private static final String JOBS = "/api/v1/jobs";
    /** The test's own. */
    private static final Set<String> SAMPLES = Set.of("due", "quick", "slow");

    private final ApiClient client = new ApiClient(TestWar.CONTEXT);

    @Deployment(testable = false)
    static WebArchive war() {
        return TestWar.with(DueJob.class, SampleJobs.class, SampleJob.class, SampleJob.Script.class);
    }

    @Test
    void listsEveryJobByName() throws Exception {
        JsonNode list = get(JOBS);
        assertThat(list.has("next")).isTrue();
        List<String> names = StreamSupport.stream(list.path("items").spliterator(), false)
                .map(item -> item.path("name").asText())
                .toList();
        assertThat(names).contains("due", "quick", "slow").isSorted();
        assertThat(item("slow").path("subject").asText()).isEqualTo("here");
        assertThat(item("slow").fieldNames()).toIterable().containsExactly("name", "subject", "running", "lastRun");
    }

    @Test
    void areDocumented() throws Exception {
        StringBuilder documents = new StringBuilder();
        try (Stream<Path> files = Files.list(Path.of("src/docs"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                documents.append(Files.readString(file));
            }
        }
        for (JsonNode job : get(JOBS).path("items")) {
            String name = job.path("name").asText();
            if (!SAMPLES.contains(name)) {
                assertThat(documents).contains('`' + name + '`');
            }
        }
    }

    @Test
    void startsARunShowsItAndRefusesASecondOne() throws Exception {
        HttpResponse<String> started = client.asAdministrator("POST", JOBS + "/slow/runs");
        assertThat(started.statusCode()).isEqualTo(201);
        JsonNode run = ApiClient.json(started);
        assertThat(run.fieldNames())
                .toIterable()
                .contains(
                        "id",
                        "job",
                        "startedAt",
                        "endedAt",
                        "outcome",
                        "seen",
                        "added",
                        "updated",
                        "removed",
                        "done",
                        "total",
                        "rate",
                        "eta",
                        "error");
        assertThat(run.path("outcome").asText()).isEqualTo("RUNNING");
        assertThat(run.path("endedAt").isNull()).isTrue();
        String location = started.headers().firstValue("Location").orElseThrow();
        assertThat(location)
                .isEqualTo(System.getProperty("it.url") + TestWar.CONTEXT + JOBS + "/slow/runs/" + run.path("id"));
        assertThat(get(location).path("id")).isEqualTo(run.path("id"));
        assertThat(item("slow").path("running").asBoolean()).isTrue();

        HttpResponse<String> again = client.asAdministrator("POST", JOBS + "/slow/runs");
        assertThat(again.statusCode()).isEqualTo(409);
        assertThat(ApiClient.json(again).path("type").asText()).isEqualTo("urn:narthex:problem:job-running");
        assertThat(ApiClient.json(again).path("run").asText()).isEqualTo(location);

        JsonNode ended = awaitEnd(location);
        assertThat(ended.path("outcome").asText()).isEqualTo("SUCCEEDED");
        assertThat(List.of(ended.path("seen").asInt(), ended.path("added").asInt()))
                .containsExactly(300, 120);
        assertThat(List.of(ended.path("updated").asInt(), ended.path("removed").asInt()))
                .containsExactly(90, 60);
        assertThat(Instant.parse(ended.path("endedAt").asText()))
                .isAfter(Instant.parse(ended.path("startedAt").asText()));
        assertThat(item("slow").path("running").asBoolean()).isFalse();
        assertThat(item("slow").path("lastRun")).isEqualTo(ended);
    }

    @Test
    void startsADueJobByItself() throws Exception {
        Instant end = Instant.now().plusSeconds(60);
        JsonNode run = get(JOBS + "/due/runs").path("items").path(0);
        while (run.path("endedAt").asText("").isEmpty() && Instant.now().isBefore(end)) {
            Thread.sleep(200);
            run = get(JOBS + "/due/runs").path("items").path(0);
        }
        assertThat(run.path("seen").asInt()).isEqualTo(1);
    }

    @Test
    void listsRunsNewestFirstPageByPage() throws Exception {
        for (int i = 0; i < 3; i++) {
            HttpResponse<String> started = client.asAdministrator("POST", JOBS + "/quick/runs");
            awaitEnd(started.headers().firstValue("Location").orElseThrow());
        }
        List<Long> whole = ids(get(JOBS + "/quick/runs"));
        assertThat(whole).hasSizeGreaterThanOrEqualTo(3).isSortedAccordingTo((a, b) -> Long.compare(b, a));

        List<Long> paged = new ArrayList<>();
        JsonNode page = get(JOBS + "/quick/runs?limit=1");
        paged.addAll(ids(page));
        while (!page.path("next").isNull()) {
            page = get(JOBS + "/quick/runs?limit=1&after=" + page.path("next").asText());
            paged.addAll(ids(page));
        }
        assertThat(paged).isEqualTo(whole);
    }

    @Test
    void knowsNothingOfOtherJobsAndRuns() throws Exception {
        assertThat(client.asAdministrator("GET", JOBS + "/none/runs").statusCode())
                .isEqualTo(404);
        assertThat(client.asAdministrator("POST", JOBS + "/none/runs").statusCode())
                .isEqualTo(404);
        assertThat(client.asAdministrator("GET", JOBS + "/slow/runs/0").statusCode())
                .isEqualTo(404);
        assertThat(client.asAdministrator("GET", JOBS + "/slow/runs/x").statusCode())
                .isEqualTo(404);
    }

    @Test
    void refusesAPageThatCannotBe() throws Exception {
        assertThat(client.asAdministrator("GET", JOBS + "/slow/runs?limit=0").statusCode())
                .isEqualTo(400);
        assertThat(client.asAdministrator("GET", JOBS + "/slow/runs?after=x").statusCode())
                .isEqualTo(400);
    }

    private JsonNode get(String path) throws Exception {
        HttpResponse<String> answer = client.asAdministrator("GET", path);
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        return ApiClient.json(answer);
    }

    private JsonNode item(String name) throws Exception {
        return StreamSupport.stream(get(JOBS).path("items").spliterator(), false)
                .filter(item -> item.path("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<Long> ids(JsonNode page) {
        return StreamSupport.stream(page.path("items").spliterator(), false)
                .map(item -> item.path("id").asLong())
                .toList();
    }

    private JsonNode awaitEnd(String run) throws Exception {
        for (int i = 0; i < 600; i++) {
            JsonNode now = get(run);
            if (!now.path("outcome").asText().equals("RUNNING")) {
                return now;
            }
            Thread.sleep(100);
        }
        return Assertions.fail(run + " does not end");
    }
}
