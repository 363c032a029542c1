package io.narthex.http;

import io.undertow.servlet.handlers.ServletRequestContext;
import io.undertow.util.AttachmentKey;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.WriteListener;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes small answers without a thread: what runs for a request is done when its answer is made, and its thread free,
 * however slowly the answer is read. Streams go out as they are written; so do answers that are large, and all while slow
 * readers hold as much memory as they may.
 */
@WebFilter(
        filterName = "SmallResponseFilter",
        urlPatterns = "/*",
        asyncSupported = true,
        dispatcherTypes = {DispatcherType.REQUEST, DispatcherType.ASYNC})
public class SmallResponseFilter implements Filter {
    /** On an exchange whose answer is a stream. */
    public static final AttachmentKey<Boolean> STREAMED = AttachmentKey.create(Boolean.class);

    /** In bytes; a page of a list seldom has more. */
    private static final int SMALL = 64 << 10;

    /** Bytes of small answers that wait for their readers; a thirtieth of a heap of 512 MB. */
    private static final long MOST = 16L << 20;

    private final AtomicLong waiting = new AtomicLong();

    @Override
    public void doFilter(ServletRequest request, ServletResponse given, FilterChain chain)
            throws IOException, ServletException {
        HttpServletResponse response = BufferedResponse.unwrapped((HttpServletResponse) given);
        if (isStreamed() || waiting.get() >= MOST) {
            chain.doFilter(request, response);
            return;
        }
        BufferedResponse buffered = new BufferedResponse(response, SMALL);
        chain.doFilter(request, buffered);
        if (request.isAsyncStarted()) {
            return; // put aside: its answer is made later, by way of this filter
        }
        byte[] body = buffered.rest();
        if (body == null || body.length == 0) {
            return;
        }
        response.setContentLength(body.length);
        if (request.isAsyncSupported() && isRead()) {
            send(request, response, body);
        } else {
            response.getOutputStream().write(body);
        }
    }

    /** Undertow reads what is left of a body before it asks a listener to write: the answer would wait for what never comes. */
    private static boolean isRead() {
        ServletRequestContext context = ServletRequestContext.current();
        return context != null && context.getExchange().isRequestComplete();
    }

    private static boolean isStreamed() {
        ServletRequestContext context = ServletRequestContext.current();
        return context != null && context.getExchange().getAttachment(STREAMED) != null;
    }

    private void send(ServletRequest request, ServletResponse response, byte[] body) throws IOException {
        AsyncContext later = request.startAsync(request, response);
        // the listener's write-timeout ends what nobody reads
        later.setTimeout(0);
        ServletOutputStream out = response.getOutputStream();
        waiting.addAndGet(body.length);
        out.setWriteListener(new Sending(later, out, body));
    }

    /** One answer on its way. */
    private final class Sending implements WriteListener {
        private final AsyncContext later;
        private final ServletOutputStream out;
        private final byte[] body;
        private boolean written;
        private boolean over;

        Sending(AsyncContext later, ServletOutputStream out, byte[] body) {
            this.later = later;
            this.out = out;
            this.body = body;
        }

        @Override
        public void onWritePossible() throws IOException {
            if (!written && out.isReady()) {
                written = true;
                out.write(body);
            }
            if (written && out.isReady()) {
                end();
            }
        }

        @Override
        public void onError(Throwable failure) {
            // its reader is gone
            end();
        }

        private void end() {
            if (!over) {
                over = true;
                waiting.addAndGet(-body.length);
                later.complete();
            }
        }
    }
}
