package io.narthex.access;

import io.narthex.access.Caller.Cause.Wrong;
import io.narthex.access.Caller.Refused;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.inject.Inject;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Collections;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Delays the refusal of a request with a wrong token, so that guessing tokens is slow. A timer resumes the request: no
 * thread waits, and no other request does.
 */
@WebFilter(filterName = "WrongTokenFilter", urlPatterns = "/*", asyncSupported = true)
public class WrongTokenFilter implements Filter {
    /** A person with a typing error does not mind; at most a second is allowed. */
    static final long DELAY_MILLIS = 500;

    /** A waiting request costs memory and a connection; more than this many are refused at once. */
    private static final int MOST = 1000;

    @Inject
    Callers callers;

    @Resource(lookup = "java:jboss/ee/concurrency/scheduler/default")
    ManagedScheduledExecutorService timer;

    private final AtomicInteger waiting = new AtomicInteger();

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!isWrong((HttpServletRequest) request) || waiting.get() >= MOST) {
            chain.doFilter(request, response);
            return;
        }
        AsyncContext later = request.startAsync();
        later.setTimeout(0);
        waiting.incrementAndGet();
        try {
            ScheduledFuture<?> unused = timer.schedule(() -> takeUp(later), DELAY_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            takeUp(later);
        }
    }

    /** An expired or revoked token is no guess, and whoever holds it may hear so at once. */
    private boolean isWrong(HttpServletRequest request) {
        if (request.getHeader("Authorization") == null) {
            return false;
        }
        try {
            return callers.of(Collections.list(request.getHeaders("Authorization"))) instanceof Refused refused
                    && refused.cause() instanceof Wrong;
        } catch (RuntimeException e) {
            // a database that is away is told of where access is decided
            return false;
        }
    }

    /** Sends the request through all filters but this one, which is not for dispatches. */
    private void takeUp(AsyncContext later) {
        waiting.decrementAndGet();
        later.dispatch();
    }
}
