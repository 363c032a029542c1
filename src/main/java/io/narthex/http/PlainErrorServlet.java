package io.narthex.http;

import io.narthex.http.problem.ProblemType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Answers in one line of text what the server refuses before JAX-RS has the request, in place of a page of HTML. */
@WebServlet(name = "PlainErrorServlet", urlPatterns = PlainErrorServlet.PATH, asyncSupported = true)
public class PlainErrorServlet extends HttpServlet {
    /** As web.xml names it; asked for directly it is absent like any other unknown path. */
    static final String PATH = "/static/refused";

    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        int status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer code ? code : 404;
        response.setStatus(status);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setContentType("text/plain;charset=utf-8");
        response.getWriter().print(status + " " + ProblemType.ofStatus(status).title() + "\n");
    }
}
