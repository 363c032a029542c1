package io.narthex.protocol;

import io.narthex.cache.Cache;
import io.narthex.http.HttpDate;
import io.narthex.upstream.SideFiles.SideFile;
import jakarta.inject.Inject;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.InputStream;

/** Answers with a small file of an upstream where a cache has none itself. */
abstract class SideFileResource {
    @Inject
    UpstreamFiles files;

    /** Its bytes, decoded as they are sent. */
    static StreamingOutput body(SideFile file) {
        return out -> {
            try (InputStream text = file.open()) {
                text.transferTo(out);
            }
        };
    }

    /** The headers of an answer: what nobody has signed is not kept for long. */
    static Response.ResponseBuilder described(Response.ResponseBuilder response, Cache cache, SideFile file) {
        return response.header(SourceHeader.TEXT, file.source())
                .header(HttpHeaders.LAST_MODIFIED, HttpDate.format(file.since()))
                .header(HttpHeaders.CACHE_CONTROL, Responses.control(cache, Responses.MINUTES));
    }
}
