package io.narthex.key;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyNamesTest {
    private final KeyNames names = new KeyNames("cache.example.com");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cache.example.com-1",
                "cache.example.com-00",
                "ci.acme.cache.example.com-1",
                "not-made.not-there.cache.example.com-77777777777777777777",
                "cache.example.com-audit-1"
            })
    void knowTheFormOfThoseThatAreMadeHere(String name) {
        assertThat(names.hasForm(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cache.nixos.org-1",
                "cache.example.com",
                "cache.example.com-",
                "cache.example.com-1a",
                "acme.cache.example.com-1",
                "a.b.c.cache.example.com-1",
                "Ci.acme.cache.example.com-1",
                "xcache.example.com-1",
                "cacheXexample.com-1",
                "ci.acme.cache.example.org-1"
            })
    void leaveAllOthersToWhoImports(String name) {
        assertThat(names.hasForm(name)).isFalse();
    }
}
