package io.narthex.lane;

import io.narthex.cache.Cache;
import io.narthex.http.Sentence;
import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemType;
import io.narthex.index.PathIndex;
import io.narthex.index.PathsElsewhere;
import io.narthex.index.SignedPath;
import io.narthex.index.SourceAwayException;
import io.narthex.nix.store.StorePathHash;
import io.narthex.share.Sharer;
import io.narthex.upstream.ServerVia;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.util.Optional;

/**
 * Answers with narinfos that a cache does not have itself, and that others have: these are asked on a lane of its own, so that who
 * waits for them keeps nobody waiting who asks for what is here. Thread-safe.
 */
final class NarInfosElsewhere {
    private static final System.Logger LOG = System.getLogger(NarInfosElsewhere.class.getName());

    private final PathIndex index;
    private final PathsElsewhere elsewhere;
    private final HotNarInfos answers;
    private final NarInfosAhead ahead;
    private final FairLane lane;
    private final ServerVia via;

    NarInfosElsewhere(
            PathIndex index,
            PathsElsewhere elsewhere,
            HotNarInfos answers,
            NarInfosAhead ahead,
            FairLane lane,
            ServerVia via) {
        this.ahead = ahead;
        this.index = index;
        this.elsewhere = elsewhere;
        this.answers = answers;
        this.lane = lane;
        this.via = via;
    }

    /**
     * Answers when others have answered.
     *
     * @param ticket with which the index asks for it
     * @param otherwise takes the request where the answer is not a usual one
     */
    void answer(
            HttpServerExchange exchange,
            Cache cache,
            StorePathHash hash,
            long ticket,
            Sharer who,
            HttpHandler otherwise) {
        if (isInACircle(exchange)) {
            UpstreamSentence.LOOP.send(exchange);
        } else {
            lane.run(exchange, who, x -> ask(x, cache, hash, ticket, otherwise));
        }
    }

    /** The same without a look into the database, where the path is about to be asked for anyway; false where it is not. */
    boolean join(HttpServerExchange exchange, Cache cache, StorePathHash hash, Sharer who, HttpHandler otherwise) {
        Long ticket = ahead.ticket(cache, hash);
        if (ticket == null) {
            return false;
        }
        answer(exchange, cache, hash, ticket, who, otherwise);
        return true;
    }

    /** Lets the resource answer, on the same lane: it may have to ask others too. */
    void resource(HttpServerExchange exchange, Sharer who, HttpHandler next) {
        if (isInACircle(exchange)) {
            UpstreamSentence.LOOP.send(exchange);
        } else {
            lane.run(exchange, who, next);
        }
    }

    private boolean isInACircle(HttpServerExchange exchange) {
        return via.isIn(exchange.getRequestHeaders().getFirst(Headers.VIA));
    }

    private void ask(HttpServerExchange exchange, Cache cache, StorePathHash hash, long ticket, HttpHandler otherwise)
            throws Exception {
        Optional<SignedPath> found;
        try {
            found = elsewhere.ask(cache, hash, ticket);
        } catch (SourceAwayException e) {
            Sentence.once(Problem.of(ProblemType.UNAVAILABLE, UpstreamSentence.NO_ANSWER))
                    .send(exchange);
            return;
        } catch (RuntimeException e) {
            // the resource meets the same, and tells of it
            LOG.log(System.Logger.Level.DEBUG, "event=narinfo-not-asked-for", e);
            otherwise.handleRequest(exchange);
            return;
        }
        if (found.isEmpty()) {
            answers.absent(exchange, cache);
        } else if (index.hot().isCurrent(cache, found.get())) {
            answers.present(exchange, cache, found.get());
        } else {
            answers.lookAhead(exchange, cache, found.get());
            otherwise.handleRequest(exchange);
        }
    }
}
