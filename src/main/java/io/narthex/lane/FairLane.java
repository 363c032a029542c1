package io.narthex.lane;

import io.narthex.http.Sentence;
import io.narthex.http.pace.PacedResponses;
import io.narthex.http.pace.WaitingClient;
import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemType;
import io.narthex.receive.UnpackingMemory;
import io.narthex.share.CurrentSharer;
import io.narthex.share.FairPlaces;
import io.narthex.share.Sharer;
import io.narthex.thread.NamedThreads;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.xnio.IoUtils;

/**
 * Runs requests of one kind on threads of their own, which tenants, tokens and addresses share fairly. A request that
 * waits for its turn holds no thread, and ends when its client hangs up; one whose response is read too slowly while others
 * wait is ended. Thread-safe.
 */
final class FairLane implements PacedResponses.Places, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(FairLane.class.getName());
    private static final long IDLE_SECONDS = 30;

    private static final String BUSY = "More requests wait already than may: try again later";
    private static final Sentence LINE =
            new Sentence(StatusCodes.SERVICE_UNAVAILABLE, "The server cannot answer now: " + BUSY);
    /** Nix before 2.33 hangs when it sends a body again, which it does after 408, 429 and 5xx; after 400 it shows this. */
    private static final Sentence UPLOADS =
            new Sentence(StatusCodes.BAD_REQUEST, "More uploads wait already than may: push again later");

    private static final Sentence PROBLEM = Sentence.of(Problem.of(ProblemType.UNAVAILABLE, BUSY));

    private final String name;
    private final FairPlaces<Runnable> places;
    private final PacedResponses paced;

    /** Grows as needed: no more are let in than there are places. */
    private final ThreadPoolExecutor threads;

    /**
     * A lane without anybody in it.
     *
     * @param most how many run at a time
     * @param longest how many may wait
     */
    FairLane(String name, int most, int longest, PacedResponses paced) {
        this.name = name;
        this.paced = paced;
        places = new FairPlaces<>(most, longest);
        threads = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                new NamedThreads("narthex-" + name));
    }

    String name() {
        return name;
    }

    /** How many run now. */
    int held() {
        return places.held();
    }

    /** How many stand in line. */
    int queued() {
        return places.waiting();
    }

    /** How many want a place, or what those hold who have one. */
    @Override
    public int waiting() {
        return places.waiting() + UnpackingMemory.SHARED.waiting();
    }

    @Override
    public boolean isWanted(Sharer who) {
        return places.isWanted(who) || UnpackingMemory.SHARED.isWanted(who);
    }

    /** Lets the rest of the request run on a thread of the lane, when it is its turn. */
    void run(HttpServerExchange exchange, Sharer who, HttpHandler next) {
        Turn turn = new Turn(exchange, who, next);
        exchange.dispatch((Executor) turn::enter, (HttpHandler) turn::handle);
    }

    /**
     * Runs something that is no request, as if it were one.
     *
     * @param otherwise where it never comes to that: there is no room in the line, or no thread
     */
    void run(Sharer who, Runnable work, Runnable otherwise) {
        Runnable begin = () -> start(who, work, otherwise);
        switch (places.enter(who, begin)) {
            case TAKEN -> begin.run();
            case WAITS -> {} // whoever leaves runs it
            case REFUSED -> otherwise.run();
        }
    }

    /** Answers that too many wait. */
    static void refuse(HttpServerExchange exchange) {
        if (exchange.getRelativePath().startsWith("/api/")) {
            PROBLEM.send(exchange);
        } else {
            (exchange.getRequestMethod().equals(Methods.PUT) ? UPLOADS : LINE).send(exchange);
        }
    }

    /** One request on its way through the lane. */
    private final class Turn {
        private final HttpServerExchange exchange;
        private final Sharer who;
        private final HttpHandler next;
        private volatile boolean refused;

        Turn(HttpServerExchange exchange, Sharer who, HttpHandler next) {
            this.exchange = exchange;
            this.who = who;
            this.next = next;
        }

        void enter(Runnable work) {
            WaitingClient client = new WaitingClient(exchange);
            Runnable turn = () -> client.proceed(() -> begin(work));
            switch (places.enter(who, turn)) {
                case TAKEN -> begin(work);
                case WAITS -> client.watch(() -> places.withdraw(who, turn)); // whoever leaves runs it
                case REFUSED -> {
                    refused = true;
                    work.run();
                }
            }
        }

        private void begin(Runnable work) {
            Runnable end = paced.watch(exchange, FairLane.this, who);
            start(
                    who,
                    () -> {
                        try {
                            work.run();
                        } finally {
                            end.run();
                        }
                    },
                    () -> IoUtils.safeClose(exchange.getConnection()));
        }

        void handle(HttpServerExchange x) throws Exception {
            if (refused) {
                refuse(x);
            } else {
                next.handleRequest(x);
            }
        }
    }

    private void start(Sharer who, Runnable work, Runnable otherwise) {
        try {
            threads.execute(() -> {
                try {
                    CurrentSharer.run(who, work);
                } finally {
                    leave(who);
                }
            });
        } catch (RuntimeException | Error e) {
            // no thread can be made, or the server stops: nobody else would give the place back
            LOG.log(System.Logger.Level.ERROR, "event=no-thread lane=" + name, e);
            otherwise.run();
            leave(who);
        }
    }

    private void leave(Sharer who) {
        places.leave(who).forEach(Runnable::run);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
