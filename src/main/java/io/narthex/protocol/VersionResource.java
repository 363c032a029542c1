package io.narthex.protocol;

import io.narthex.http.Requires;
import io.narthex.http.Right;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** {@code version}: says which version of Narthex this is. */
@Path("version")
public class VersionResource {
    private static final String VERSION = read();

    @GET
    @Requires(Right.PULL)
    public Response get() {
        return Response.ok("narthex " + VERSION + "\n")
                .type("text/plain; charset=utf-8")
                .header(HttpHeaders.CACHE_CONTROL, Responses.MINUTES)
                .build();
    }

    private static String read() {
        try (InputStream in = VersionResource.class.getResourceAsStream("/version.properties")) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new IllegalStateException("the build puts it there", e);
        }
    }
}
