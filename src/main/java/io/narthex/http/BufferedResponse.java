package io.narthex.http;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the body of a response in memory as long as it is small. A body that becomes larger is sent from then on as it
 * is written. For one thread.
 */
final class BufferedResponse extends HttpServletResponseWrapper {
    private final int most;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private final Body body = new Body();
    private @Nullable PrintWriter writer;
    private boolean large;
    private boolean ended;

    /** @param most bytes that are kept */
    BufferedResponse(HttpServletResponse response, int most) {
        super(response);
        this.most = most;
    }

    /** What a request that was put aside brings along when it is taken up again is wrapped already, and what was kept is void. */
    static HttpServletResponse unwrapped(HttpServletResponse response) {
        return response instanceof BufferedResponse wrapped
                ? unwrapped((HttpServletResponse) wrapped.getResponse())
                : response;
    }

    /** What is to be sent; null where all of it went out, or something else answered. */
    byte @Nullable [] rest() {
        if (writer != null) {
            writer.flush();
        }
        ended = true;
        return large || super.isCommitted() ? null : kept.toByteArray();
    }

    private final class Body extends ServletOutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (!large && kept.size() + length <= most) {
                kept.write(bytes, offset, length);
                return;
            }
            if (!large) {
                large = true;
                kept.writeTo(BufferedResponse.super.getOutputStream());
                kept.reset();
            }
            BufferedResponse.super.getOutputStream().write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            flushBuffer();
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new IllegalStateException("what is kept in memory needs no listener");
        }
    }

    @Override
    public ServletOutputStream getOutputStream() {
        return body;
    }

    @Override
    public PrintWriter getWriter() {
        PrintWriter known = writer;
        if (known == null) {
            known = new PrintWriter(new OutputStreamWriter(body, Charset.forName(getCharacterEncoding())));
            writer = known;
        }
        return known;
    }

    /** Only what is too large to be kept goes out before its end. */
    @Override
    public void flushBuffer() throws IOException {
        if (large) {
            super.flushBuffer();
        }
    }

    @Override
    public boolean isCommitted() {
        return ended || large || super.isCommitted();
    }

    @Override
    public void resetBuffer() {
        super.resetBuffer();
        forget();
    }

    @Override
    public void reset() {
        super.reset();
        forget();
    }

    private void forget() {
        kept.reset();
        writer = null;
    }

    @Override
    public void sendError(int status) throws IOException {
        forget();
        super.sendError(status);
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        forget();
        super.sendError(status, message);
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        forget();
        super.sendRedirect(location);
    }
}
