package io.narthex.http;

import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.narthex.http.problem.Problem;
import io.narthex.http.problem.ProblemType;
import io.narthex.http.problem.ProblemWriter;
import io.narthex.nix.hash.NixFormatException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Refuses a body with a field that nobody reads, and names it: most likely it is a typing error. */
@Provider
@ApplicationScoped
public class UnknownFieldMapper implements ExceptionMapper<UnrecognizedPropertyException> {
    @Context
    UriInfo uri;

    @Override
    public Response toResponse(UnrecognizedPropertyException e) {
        String field = e.getPropertyName();
        Problem problem = Problem.of(
                        ProblemType.UNKNOWN_FIELD, "There is no field " + NixFormatException.quote(field) + " here")
                .with("field", field);
        return ProblemWriter.answer(problem, uri).build();
    }
}
