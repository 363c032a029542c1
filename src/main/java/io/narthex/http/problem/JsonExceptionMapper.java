package io.narthex.http.problem;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/**
 * Refuses a body that is no JSON, or has not the form that is read here. Jackson's own words name classes and are not
 * sent.
 */
@Provider
@ApplicationScoped
public class JsonExceptionMapper implements ExceptionMapper<JsonProcessingException> {
    @Context
    UriInfo uri;

    @Override
    public Response toResponse(JsonProcessingException e) {
        JsonLocation at = e.getLocation();
        String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
        Problem problem = Problem.of(ProblemType.BAD_REQUEST, "The body is not the JSON that is read here" + where);
        return ProblemWriter.answer(problem, uri).build();
    }
}
