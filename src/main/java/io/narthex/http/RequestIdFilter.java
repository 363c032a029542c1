package io.narthex.http;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.MDC;

/** Gives each request an id, in the answer and in every log line of its thread, and each answer {@code nosniff}. */
@WebFilter(
        filterName = "RequestIdFilter",
        urlPatterns = "/*",
        asyncSupported = true,
        dispatcherTypes = {DispatcherType.REQUEST, DispatcherType.ASYNC})
public class RequestIdFilter implements Filter {
    private static final String ID = RequestIdFilter.class.getName();
    /** Under which name the log has it. */
    public static final String MDC_KEY = "request";

    /** The id of this request; {@code -} for one that did not come through the filter. */
    public static String idOf(HttpServletRequest request) {
        return request.getAttribute(ID) instanceof String id ? id : "-";
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String id = request.getAttribute(ID) instanceof String known ? known : newId();
        request.setAttribute(ID, id);
        HttpServletResponse answer = (HttpServletResponse) response;
        answer.setHeader("X-Request-Id", id);
        answer.setHeader("X-Content-Type-Options", "nosniff");
        MDC.put(MDC_KEY, id);
        try {
            chain.doFilter(request, response);
        } finally {
            MDC.remove(MDC_KEY);
        }
    }

    /** Unique enough to find a line in a log; it is no secret. */
    public static String newId() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }
}
