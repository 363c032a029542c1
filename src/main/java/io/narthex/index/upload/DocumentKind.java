package io.narthex.index.upload;

import java.util.Locale;

/** What is pushed beside paths. */
public enum DocumentKind {
    LOG,
    REALISATION,
    BUILD_TRACE,
    DEBUGINFO;

    /** As the database says it. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
