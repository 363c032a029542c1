package io.narthex.lane;

import io.narthex.cache.Cache;
import io.narthex.protocol.AbsentPath;
import io.narthex.protocol.NarUrl;
import io.narthex.receive.NarIntake;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Methods;

/**
 * Answers a client that asks, before it uploads a NAR, whether it is there already. Nix asks so with HEAD before each
 * NAR. Thread-safe.
 */
final class MissingNars {
    private static final String PREFIX = "/nar/";

    private final LaneAccess access;
    private final NarIntake intake;

    MissingNars(LaneAccess access, NarIntake intake) {
        this.access = access;
        this.intake = intake;
    }

    /** Whether somebody who may push asks for what can only be an uploaded file. */
    boolean isMeant(HttpServerExchange exchange, String path) {
        if (!exchange.getRequestMethod().equals(Methods.HEAD)
                || !path.startsWith(PREFIX)
                || !NarUrl.isFileName(path.substring(PREFIX.length()))) {
            return false;
        }
        Cache cache = access.writable(exchange);
        return cache != null && cache.takesUploads() && !cache.showsLocalStore();
    }

    /** Says that the file is not there, as is usual; all else is left to {@code otherwise}. Waits for the database. */
    void answer(HttpServerExchange exchange, String path, HttpHandler otherwise) throws Exception {
        Cache cache = access.writable(exchange);
        if (cache != null && isMissing(cache, path.substring(PREFIX.length()))) {
            AbsentPath.send(exchange);
        } else {
            otherwise.handleRequest(exchange);
        }
    }

    private boolean isMissing(Cache cache, String file) {
        try {
            return !intake.has(cache, file);
        } catch (RuntimeException e) {
            // the resource says what is wrong
            return false;
        }
    }
}
