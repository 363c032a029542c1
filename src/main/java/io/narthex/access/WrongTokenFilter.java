package io.narthex.access;

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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets a request with a wrong token wait before it is refused, so that guessing is slow. The request is put aside and taken
 * up again by a timer: no thread waits, and nobody else's requests do.
 */
@WebFilter(filterName = "WrongTokenFilter", urlPatterns = "/api/*", asyncSupported = true)
public class WrongTokenFilter implements Filter {
    /** A person with a typing error does not mind; at most a second is allowed. */
    static final long DELAY_MILLIS = 500;

    /** A waiting request costs memory and a connection; more than this many are refused at once. */
    private static final int MOST = 1000;

    @Inject
    AdminToken adminToken;

    @Resource
    ManagedScheduledExecutorService timer;

    private final AtomicInteger waiting = new AtomicInteger();

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String authorization = ((HttpServletRequest) request).getHeader("Authorization");
        boolean wrong = authorization != null && !adminToken.matches(PresentedToken.parse(authorization));
        if (!wrong || waiting.get() >= MOST) {
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

    /** Sends the request through all filters but this one, which is not for dispatches. */
    private void takeUp(AsyncContext later) {
        waiting.decrementAndGet();
        later.dispatch();
    }
}
