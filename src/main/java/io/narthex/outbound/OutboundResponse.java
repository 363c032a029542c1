package io.narthex.outbound;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;

/**
 * An answer whose body is read as it comes. For one thread; {@link #cancel} is for any. To be closed, which ends the
 * connection where the body was not read to its end.
 */
public final class OutboundResponse implements AutoCloseable {
    private final HttpUriRequestBase request;
    private final ClassicHttpResponse response;
    private final URI uri;

    OutboundResponse(HttpUriRequestBase request, ClassicHttpResponse response, URI uri) {
        this.request = request;
        this.response = response;
        this.uri = uri;
    }

    public int status() {
        return response.getCode();
    }

    /** Who answered, behind all redirects. */
    public URI uri() {
        return uri;
    }

    /** The first header of that name. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(response.getFirstHeader(name)).map(Header::getValue);
    }

    /** Bytes of the body, as it was announced. */
    public OptionalLong length() {
        HttpEntity entity = response.getEntity();
        return entity == null || entity.getContentLength() < 0
                ? OptionalLong.empty()
                : OptionalLong.of(entity.getContentLength());
    }

    /** The body; a stream that ends before the announced length throws. */
    public InputStream body() throws IOException {
        HttpEntity entity = response.getEntity();
        InputStream content = entity == null ? null : entity.getContent();
        return content == null ? InputStream.nullInputStream() : content;
    }

    /** Breaks the connection off: whoever reads the body gets an exception at once. */
    public void cancel() {
        request.cancel();
    }

    @Override
    public void close() {
        try {
            response.close();
        } catch (IOException e) {
            // nobody reads it any more
            request.cancel();
        }
    }
}
