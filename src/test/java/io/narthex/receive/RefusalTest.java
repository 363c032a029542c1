package io.narthex.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RefusalTest {
    /** What dashboards count by and what scripts branch on: a name once published stays, and so does its status. */
    @Test
    void keepsTheNamesAndStatusOfTheRecord() {
        assertThat(Arrays.stream(Refusal.values())
                        .map(r -> r.kind() + " " + r.problem().status())
                        .sorted()
                        .collect(Collectors.joining("\n", "", "\n")))
                .isEqualTo("""
                    bad-name 400
                    body-cut 400
                    body-too-large 413
                    conflict 409
                    denied 409
                    false-signature 400
                    file-hash-mismatch 400
                    file-too-large 413
                    malformed 400
                    memory-exceeded 413
                    missing-references 400
                    nar-too-large 413
                    no-room 413
                    no-such-nar 400
                    not-a-nar 400
                    not-an-lz4frame 415
                    not-compressed-as 400
                    not-taken 403
                    not-trusted 403
                    only-promoted 403
                    quota-exceeded 413
                    ratio-exceeded 413
                    too-many-signatures 400
                    unknown-compression 415
                    untrue 400
                    upstream-conflict 409
                    """);
    }

    @Test
    void tellsItsFactsInOneSentence() {
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> {
                    throw Refusal.BODY_TOO_LARGE.because(Refusal.size(16 << 20));
                })
                .withMessage("the body is larger than the 16777216 bytes (16 MiB) that it may have, unpacked or not");
        assertThat(Refusal.FILE_TOO_LARGE.because(64L << 30))
                .hasMessage("the file is larger than the 68719476736 bytes that this server takes");
    }

    @Test
    void showsOfAClientsTextWhatIsOfUse() {
        assertThat(Refusal.shown("nar/\u001b[31mä")).isEqualTo("nar/\\u001b[31m\\u00e4");
        assertThat(Refusal.shown("x".repeat(300))).isEqualTo("x".repeat(300));
        assertThat(Refusal.shown("x".repeat(301))).isEqualTo("x".repeat(300) + "...");
        assertThat(Refusal.size((1 << 20) + 1)).isEqualTo("1048577 bytes");
    }
}
