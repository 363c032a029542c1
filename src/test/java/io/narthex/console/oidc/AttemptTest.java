package io.narthex.console.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttemptTest {
    private static final byte[] BITS = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final Attempt attempt = new Attempt(BITS);
    private final Attempt other = new Attempt(new byte[32]);

    @Test
    void remembersThePageThatFollows() {
        for (String next : List.of("", "/console/caches/acme/ci", "/console/a.b~c")) {
            assertThat(new Attempt(BITS).next(attempt.state(next))).contains(next);
        }
    }

    @Test
    void takesNoStateOfAnotherLogInNorOneWithAnotherPage() {
        String state = attempt.state("/console/jobs");
        assertThat(other.next(state)).isEmpty();
        String page =
                Base64.getUrlEncoder().withoutPadding().encodeToString("/console".getBytes(StandardCharsets.UTF_8));
        assertThat(attempt.next(state.substring(0, state.indexOf('.') + 1) + page))
                .isEmpty();
        for (String text : List.of("", ".", "x", state.substring(1), state + "A", "ä.ö", state.replace('.', ':'))) {
            assertThat(attempt.next(text)).as(text).isEmpty();
        }
    }

    @Test
    void tellsTheProviderNothingThatShowsTheOtherSecrets() {
        assertThat(List.of(attempt.nonce(), attempt.verifier(), attempt.challenge(), attempt.state("")))
                .doesNotHaveDuplicates()
                .allMatch(text -> text.matches("[A-Za-z0-9_-]{43}\\.?"));
        assertThat(attempt.toString()).isEqualTo("***");
        assertThat(attempt.nonce()).isNotEqualTo(other.nonce());
    }
}
