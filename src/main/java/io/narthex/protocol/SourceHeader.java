package io.narthex.protocol;

import io.undertow.util.HttpString;

/** The header that says from which of a cache's sources a path comes. */
public final class SourceHeader {
    public static final String TEXT = "X-Narthex-Source";

    /** The same for what stands before JAX-RS. */
    public static final HttpString NAME = new HttpString(TEXT);

    private SourceHeader() {}
}
