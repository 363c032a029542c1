package io.narthex.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.http.ApiClient;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.nix.store.StorePath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The recipes of src/docs/recipes.md, each pasted into a shell; of root's files only the directory is another. */
@ExtendWith(SharedServer.class)
class RecipesIT {
    private static final Path RECIPES = Path.of("src/docs/recipes.md");

    private final NixStore store = NixStore.served();
    private final ApiClient client = new ApiClient("");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path home;

    private String token;
    private StorePath path;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void make() throws Exception {
        for (String url : List.of("/api/v1/tenants/acme", "/api/v1/tenants/acme/caches/ci")) {
            assertThat(client.as(ApiClient.token(), "PUT", url, "{}").statusCode())
                    .isEqualTo(201);
        }
        token = new ObjectMapper()
                .readTree(client.as(
                                ApiClient.token(),
                                "POST",
                                "/api/v1/tenants/acme/tokens",
                                "{\"scopes\":[\"push\",\"pin\"],\"caches\":[\"ci\"]}")
                        .body())
                .path("token")
                .asText();
        path = store.add("recipe", "by a recipe " + home);
    }

    @AfterEach
    void remove() throws Exception {
        client.asAdministrator("DELETE", "/api/v1/tenants/acme");
    }

    private static String recipe(String title) throws Exception {
        Matcher lines = Pattern.compile("\n## " + title + "\n.*?\n```\n(.*?)```\n", Pattern.DOTALL)
                .matcher(Files.readString(RECIPES));
        assertThat(lines.find()).as(title).isTrue();
        assertThat(lines.group(1).lines()).as(title).hasSize(5);
        return lines.group(1);
    }

    /** What it prints. */
    private String paste(String title) throws Exception {
        // what the server prints names root's directory too
        String lines = recipe(title)
                .replace("/etc/nix", home + "/nix")
                .replace(
                        "s/TOKEN/$TOKEN/\" > install-hook",
                        "s/TOKEN/$TOKEN/; s,/etc/nix," + home + "/nix,g\" > install-hook");
        Path script = Files.writeString(
                home.resolve("lines"),
                "set -ex\ncd " + home + "\nU=" + System.getProperty("it.url") + "; TOKEN=" + token + "; P="
                        + NixStore.path(path) + "\n" + lines);
        return store.run(
                "env",
                "HOME=" + home,
                "NARTHEX_PUSH_TOKEN_FILE=" + home + "/nix/narthex-token",
                "NARTHEX_PUSH_QUEUE=" + home + "/queue",
                "sh",
                script.toString());
    }

    private int status(String url) throws Exception {
        return client.as(token, "GET", "/acme/ci/" + url, "").statusCode();
    }

    @Test
    void pushesFromALaptop() throws Exception {
        assertThat(paste("Push from a laptop")).contains("StorePath: " + NixStore.path(path));
    }

    @Test
    void writesTheStepsOfBuildServices() throws Exception {
        assertThat(paste("Push from CI")).contains("token.actions.githubusercontent.com");
        for (String file : List.of("push-step.yml", ".gitlab-ci-push.yml", "pipeline-push.yml", "pod-push.yml")) {
            assertThat(home.resolve(file)).content().contains("/acme/ci/push");
        }
    }

    @Test
    void pushesWhatAMachineBuilds() throws Exception {
        assertThat(recipe("Watch a machine's builds")).contains("s/TOKEN/$TOKEN/\" > install-hook");
        paste("Watch a machine's builds");

        assertThat(status(path.hash() + ".narinfo")).isEqualTo(200);
        assertThat(home.resolve("nix/nix.conf")).content().contains("post-build-hook = " + home + "/nix/narthex-push");
    }

    @Test
    void deploysAPin() throws Exception {
        paste("Push from a laptop");

        paste("Deploy a pin");

        assertThat(client.as(token, "GET", "/acme/ci/pins/production", "")
                        .body()
                        .strip())
                .isEqualTo(NixStore.path(path));
        assertThat(Files.readSymbolicLink(home.resolve(".config/narthex")
                        .resolve(Files.readSymbolicLink(home.resolve(".config/narthex/production")))))
                .hasToString(NixStore.path(path));
    }
}
