package io.narthex.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.index.local.ReindexRuns;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.WireClient;
import io.narthex.it.WireClient.Answer;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.store.StorePath;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Narinfos that are asked for the first time, many of them at one moment. */
@ExtendWith(SharedServer.class)
class NewNarInfosIT {
    private static final int PATHS = 60;

    private final WireClient wire = WireClient.toServer();
    private final NixStore served = NixStore.served();

    @Test
    void givesEachOfThoseWhoAskAtOnceItsOwnPath() throws Exception {
        List<StorePath> paths = new ArrayList<>();
        for (int i = 0; i < PATHS; i++) {
            paths.add(served.add("at-once-" + i, "contents " + i));
        }
        new ReindexRuns().run();

        List<Answer> answers = ask(paths.stream().map(NewNarInfosIT::url).toList());

        assertThat(answers).extracting(Answer::status).containsOnly(200);
        assertThat(answers)
                .extracting(answer -> answer.text().lines().findFirst().orElseThrow())
                .containsExactlyElementsOf(paths.stream()
                        .map(path -> "StorePath: " + NixStore.path(path))
                        .toList());
        assertThat(answers).allSatisfy(answer -> assertThat(answer.text()).containsOnlyOnce("\nSig: "));
    }

    @Test
    void tellsThoseWhosePathWasCollectedThatItIsNotThere() throws Exception {
        StorePath kept = served.add("kept", "stays");
        StorePath gone = served.add("collected", "goes");
        new ReindexRuns().run();
        served.delete(gone);

        List<Answer> answers = ask(List.of(url(kept), url(gone)));

        assertThat(answers).extracting(Answer::status).containsExactly(200, 404);
    }

    @Test
    void saysWhatNixSaysNowOfAPathThatWasSignedSince() throws Exception {
        StorePath path = served.add("signed-since", "by another");
        new ReindexRuns().run();
        served.sign(path, SecretKey.generate("other-1", new SecureRandom()).toText());

        assertThat(wire.get(url(path)).text()).contains("\nSig: other-1:");
    }

    private List<Answer> ask(List<String> urls) throws Exception {
        try (ExecutorService clients = Executors.newFixedThreadPool(urls.size())) {
            List<Future<Answer>> asked = urls.stream()
                    .map(url -> clients.submit(() -> wire.get(url)))
                    .toList();
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> one : asked) {
                answers.add(one.get());
            }
            return answers;
        }
    }

    private static String url(StorePath path) {
        return "/" + path.hash() + ".narinfo";
    }
}
