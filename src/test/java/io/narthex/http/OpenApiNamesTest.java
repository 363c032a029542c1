package io.narthex.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.InputStream;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Whoever makes a client from the description of the API gets classes with these names. */
class OpenApiNamesTest {
    /** What a request makes is named by what it is; what it settles, by the settings. */
    private static final String OF_A_REQUEST = "\\w+(Request|Settings)|Revocation";

    @Test
    void sayOfARequestThatItIsOne() throws Exception {
        Set<String> names = new TreeSet<>();
        for (JsonNode body : description().findValues("requestBody")) {
            for (JsonNode reference : body.findValues("$ref")) {
                names.add(reference.asText().replaceFirst(".*/", ""));
            }
        }
        assertThat(names).contains("TokenRequest").allMatch(name -> name.matches(OF_A_REQUEST));
    }

    @Test
    void areUsualOnes() throws Exception {
        assertThat(description().at("/components/schemas").fieldNames())
                .toIterable()
                .isNotEmpty()
                .noneMatch(name -> name.matches(".*(Wish|Answer|Entry|Data)"));
    }

    private static JsonNode description() throws Exception {
        try (InputStream yaml = Objects.requireNonNull(OpenApiNamesTest.class.getResourceAsStream("/openapi.yaml"))) {
            return new ObjectMapper(new YAMLFactory()).readTree(yaml);
        }
    }
}
