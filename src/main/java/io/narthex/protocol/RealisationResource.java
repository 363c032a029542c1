package io.narthex.protocol;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.narthex.http.Public;
import io.narthex.index.PathIndex;
import io.narthex.key.KeyRing;
import io.narthex.localstore.Realisation;
import io.narthex.localstore.Realisations;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.store.StorePath;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * {@code realisations/{id}.doi} (Nix 2.4 to 2.34) and {@code build-trace-v2/{drv}/{output}.doi} (2.35 and later): which
 * path an output came to be. Signed like Nix does it: over the compact JSON without its signatures
 * (Nix: src/libstore/realisation.cc).
 */
@Path("")
public class RealisationResource {
    private static final Pattern ID = Pattern.compile("(sha256:[0-9a-f]{64})!([0-9A-Za-z+._?=-]{1,211})");
    private static final Pattern OUTPUT = Pattern.compile("[0-9A-Za-z+._?=-]{1,211}");
    /** Members sorted by name and no white space, as the library that Nix uses writes them. */
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    @Inject
    Realisations realisations;

    @Inject
    PathIndex index;

    @Inject
    KeyRing ring;

    @GET
    @Path("realisations/{id}.doi")
    @Public
    public Response old(@PathParam("id") String text) throws IOException {
        Matcher id = ID.matcher(text);
        if (!id.matches()) {
            return Answers.malformed("Not the id of a realisation: sha256:{64 hexadecimal digits}!{output}");
        }
        Optional<Realisation> found = offered(realisations.find(id.group(1), id.group(2)));
        if (found.isEmpty()) {
            return Answers.absent();
        }
        Realisation realisation = found.get();
        Map<String, Object> body = new TreeMap<>();
        body.put("id", text);
        body.put("outPath", realisation.outPath().baseName());
        body.put("dependentRealisations", names(realisation.dependent()));
        body.put("signatures", signatures(realisation, JSON.writeValueAsBytes(body)));
        return answer(body);
    }

    @GET
    @Path("build-trace-v2/{derivation}/{output}.doi")
    @Public
    public Response current(@PathParam("derivation") String name, @PathParam("output") String output)
            throws IOException {
        StorePath derivation;
        try {
            derivation = StorePath.parseBaseName(name);
        } catch (NixFormatException e) {
            return Answers.malformed("Not the name of a derivation: {hash}-{name}.drv");
        }
        if (!OUTPUT.matcher(output).matches()) {
            return Answers.malformed("Not the name of an output");
        }
        Optional<Realisation> found = offered(realisations.find(derivation, output));
        if (found.isEmpty()) {
            return Answers.absent();
        }
        Realisation realisation = found.get();
        Map<String, Object> value = new TreeMap<>();
        value.put("outPath", realisation.outPath().baseName());
        Map<String, Object> signed = new TreeMap<>();
        signed.put("key", new TreeMap<>(Map.of("drvPath", derivation.baseName(), "outputName", output)));
        signed.put("value", value);
        value.put("signatures", signatures(realisation, JSON.writeValueAsBytes(signed)));
        return answer(value);
    }

    /** A realisation says something only about a path that is offered. */
    private Optional<Realisation> offered(Optional<Realisation> found) {
        return found.filter(r -> index.find(r.outPath().hash()).isPresent());
    }

    private static Map<String, String> names(Map<String, StorePath> paths) {
        return paths.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().baseName(), (a, b) -> a, TreeMap::new));
    }

    private SortedSet<String> signatures(Realisation realisation, byte[] fingerprint) {
        SortedSet<String> all = new TreeSet<>(realisation.signatures());
        ring.members().forEach(key -> all.add(key.sign(fingerprint).toString()));
        return all;
    }

    private static Response answer(Map<String, Object> body) throws IOException {
        return Response.ok(JSON.writeValueAsString(body).getBytes(StandardCharsets.UTF_8))
                .type("application/json")
                .header(HttpHeaders.CACHE_CONTROL, Answers.MINUTES)
                .build();
    }
}
