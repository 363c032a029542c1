package io.narthex.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Variant;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/v1/openapi}: the description of the API, OpenAPI 3.1, written by hand in {@code openapi.yaml}. It is YAML unless
 * {@code ?format=JSON} or {@code Accept: application/json} asks for the other. WildFly's own MicroProfile OpenAPI would give
 * out the same file, but keeps an index of all classes of the application as long as the application runs: 21 MB.
 */
@Path("/api/v1/openapi")
public class OpenApiResource {
    /** RFC 9512. */
    private static final MediaType YAML = new MediaType("application", "yaml");

    /** YAML first: it is what a client gets that accepts anything. */
    private static final List<Variant> VARIANTS =
            Variant.mediaTypes(YAML, MediaType.APPLICATION_JSON_TYPE).build();

    @Context
    Request request;

    @GET
    @Public
    public Response get(@QueryParam("format") @Nullable String format) {
        boolean json = format == null ? isJsonPreferred() : isJson(format);
        return Response.ok(json ? Document.JSON : Document.YAML, json ? MediaType.APPLICATION_JSON_TYPE : YAML)
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                .build();
    }

    private static boolean isJson(String format) {
        return switch (format.toUpperCase(Locale.ROOT)) {
            case "JSON" -> true;
            case "YAML" -> false;
            default -> throw new ProblemException(ProblemType.BAD_REQUEST, "The format is JSON or YAML");
        };
    }

    private boolean isJsonPreferred() {
        Variant chosen = request.selectVariant(VARIANTS);
        return chosen != null && chosen.getMediaType().isCompatible(MediaType.APPLICATION_JSON_TYPE);
    }

    /** Both forms, made when they are first asked for. */
    private static final class Document {
        static final byte[] YAML = read();
        static final byte[] JSON = json(YAML);

        private static byte[] read() {
            try (InputStream in = OpenApiResource.class.getResourceAsStream("/openapi.yaml")) {
                if (in == null) {
                    throw new IllegalStateException("openapi.yaml is part of the application");
                }
                return in.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static byte[] json(byte[] yaml) {
            try {
                return new ObjectMapper().writeValueAsBytes(new ObjectMapper(new YAMLFactory()).readTree(yaml));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
