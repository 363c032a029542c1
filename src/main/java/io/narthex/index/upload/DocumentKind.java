package io.narthex.index.upload;

import java.util.Locale;

/** The kinds of documents that are pushed beside paths. */
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
