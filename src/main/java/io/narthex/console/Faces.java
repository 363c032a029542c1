package io.narthex.console;

import io.narthex.access.TokenLogin.Entry;
import io.narthex.console.faces.ConsoleViewHandler;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Answers one request: by a view, which Faces makes behind the filter, or by another URL. */
record Faces(HttpServletRequest request, HttpServletResponse response, FilterChain chain) {
    /** Shows a view with this status. */
    void show(int status, String view) throws IOException, ServletException {
        request.setAttribute(ConsoleViewHandler.VIEW, view);
        response.setStatus(status);
        chain.doFilter(request, response);
    }

    /** Shows a page, or that the caller may not see it. */
    void show(Entry entry, PageAddress address) throws IOException, ServletException {
        switch (entry) {
            case ALLOWED -> show(HttpServletResponse.SC_OK, address.page().view());
            case FORBIDDEN -> refuse(HttpServletResponse.SC_FORBIDDEN);
            case HIDDEN, ENDED -> refuse(HttpServletResponse.SC_NOT_FOUND);
        }
    }

    /** Shows that there is no such page, or that it is not for the caller. */
    void refuse(int status) throws IOException, ServletException {
        show(status, View.REFUSED);
    }

    /** To be asked for by GET, whatever this request was. */
    static void redirect(HttpServletResponse response, String path) {
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader("Location", path);
    }
}
