package io.narthex.browse;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Where builds run that {@code setup} has steps for. */
enum CiKind {
    GITHUB,
    GITLAB,
    BUILDKITE,
    KUBERNETES;

    /** Their names, as a sentence lists them. */
    static final String NAMES = Arrays.stream(values()).map(CiKind::text).collect(Collectors.joining(", "));

    /** As a URL names it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<CiKind> named(String text) {
        return Arrays.stream(values()).filter(kind -> kind.text().equals(text)).findFirst();
    }
}
