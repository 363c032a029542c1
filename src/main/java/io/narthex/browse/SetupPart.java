package io.narthex.browse;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** One part of what {@code setup} tells, by the file or the place that it is for. */
enum SetupPart {
    NIX_CONF("nix.conf"),
    NETRC("netrc"),
    /** Lines for a shell of root. */
    HOOK("hook");

    /** Their names, as a sentence lists them. */
    static final String NAMES = Arrays.stream(values()).map(SetupPart::text).collect(Collectors.joining(", "));

    private final String text;

    SetupPart(String text) {
        this.text = text;
    }

    /** As a URL names it. */
    String text() {
        return text;
    }

    static Optional<SetupPart> named(String text) {
        return Arrays.stream(values()).filter(part -> part.text.equals(text)).findFirst();
    }
}
