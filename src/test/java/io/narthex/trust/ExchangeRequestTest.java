package io.narthex.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.narthex.access.token.Scope;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExchangeRequestTest {
    private static final String URL = "https://cache.example.com";

    private static Map<String, String> parameters() {
        Map<String, String> parameters = new HashMap<>();
        parameters.put("grant_type", ExchangeRequest.GRANT_TYPE);
        parameters.put("subject_token", "a.b.c\n");
        parameters.put("subject_token_type", "urn:ietf:params:oauth:token-type:jwt");
        return parameters;
    }

    private static ExchangeRequest with(String name, String value) {
        Map<String, String> parameters = parameters();
        parameters.put(name, value);
        return ExchangeRequest.of(parameters, URL, null);
    }

    @Test
    void asksForAllThatThereIsWhereItSaysNoMore() {
        ExchangeRequest request = ExchangeRequest.of(parameters(), URL, null);
        assertThat(request.subjectToken().reveal()).isEqualTo("a.b.c");
        assertThat(request.scopes()).isEmpty();
        assertThat(request.tenant()).isNull();
        assertThat(request.trust()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/acme/ci", "https://cache.example.com/acme/ci"})
    void namesACache(String resource) {
        ExchangeRequest request = with("resource", resource);
        assertThat(request.tenant()).isEqualTo("acme");
        assertThat(request.cache()).isEqualTo("ci");
    }

    @Test
    void namesScopesWithSpacesBetween() {
        assertThat(with("scope", "pull  push").scopes()).containsExactlyInAnyOrder(Scope.PULL, Scope.PUSH);
        assertThat(with("scope", "").scopes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "grant_type,           authorization_code,                  GRANT_TYPE",
        "grant_type,           ,                                    GRANT_TYPE",
        "subject_token,        ,                                    REQUEST",
        "subject_token,        ' ',                                 REQUEST",
        "subject_token_type,   ,                                    REQUEST",
        "subject_token_type,   urn:ietf:params:oauth:token-type:saml2, REQUEST",
        "requested_token_type, urn:ietf:params:oauth:token-type:jwt,   REQUEST",
        "actor_token,          x,                                   REQUEST",
        "resource,             acme/ci,                             RESOURCE",
        "resource,             /acme,                               RESOURCE",
        "resource,             /acme/ci/x,                          RESOURCE",
        "resource,             /../ci,                              RESOURCE",
        "resource,             https://other.example.com/acme/ci,   RESOURCE",
        "scope,                everything,                          SCOPE",
        "trust,                No Name,                             REQUEST",
    })
    void refusesWhatItDoesNotUnderstand(String name, @Nullable String value, ExchangeRefusal refusal) {
        Map<String, String> parameters = parameters();
        if (value == null) {
            parameters.remove(name);
        } else {
            parameters.put(name, value);
        }
        assertThat(catchThrowableOfType(ExchangeRefusedException.class, () -> ExchangeRequest.of(parameters, URL, null))
                        .refusal())
                .isEqualTo(refusal);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a=1&a=2", "a=%zz", "=&="})
    void refusesAFormThatIsNone(String form) {
        assertThat(catchThrowableOfType(ExchangeRefusedException.class, () -> form(form)))
                .isNotNull();
    }

    @Test
    void readsAForm() throws Exception {
        assertThat(form("a=x%20y+z&b=&c&&d=%2Facme%2Fci"))
                .containsExactlyInAnyOrderEntriesOf(Map.of("a", "x y z", "b", "", "c", "", "d", "/acme/ci"));
    }

    private static Map<String, String> form(String text) throws Exception {
        return FormBody.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)));
    }
}
