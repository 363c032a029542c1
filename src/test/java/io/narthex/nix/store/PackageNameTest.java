package io.narthex.nix.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackageNameTest {
    @ParameterizedTest
    @CsvSource({
        "openssl-3.0.13, openssl, 3.0.13",
        "openssl-3.0.13-dev, openssl, 3.0.13",
        "python3.11-requests-2.31.0, python3.11-requests, 2.31.0",
        "bash-interactive-5.2p26, bash-interactive, 5.2p26",
        "source, source, ''",
        "x-unstable-2024-01-02, x-unstable, 2024-01-02"
    })
    void separatesNameAndVersionAsNixDoes(String text, String name, String version) {
        StorePath path = StorePath.parseBaseName("0".repeat(32) + "-" + text);

        assertThat(PackageName.of(path)).isEqualTo(new PackageName(name, version));
    }
}
