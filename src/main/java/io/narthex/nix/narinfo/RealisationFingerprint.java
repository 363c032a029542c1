package io.narthex.nix.narinfo;

import io.narthex.nix.store.DerivationOutput;
import io.narthex.nix.store.StorePath;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * Makes the bytes that a realisation's signature covers: JSON without a space, keys sorted. Nothing in it needs
 * escaping, since names and hashes have no such characters. Nix: src/libstore/realisation.cc.
 */
public final class RealisationFingerprint {
    private RealisationFingerprint() {}

    /** For clients from 2.4 to 2.34, {@code realisations/{id}.doi}. */
    public static byte[] of(DerivationOutput id, StorePath outPath, SortedMap<DerivationOutput, StorePath> dependent) {
        String realisations = dependent.entrySet().stream()
                .map(entry -> quote(entry.getKey()) + ':' + quote(entry.getValue()))
                .collect(Collectors.joining(","));
        return bytes("{\"dependentRealisations\":{" + realisations + "},\"id\":" + quote(id) + ",\"outPath\":"
                + quote(outPath) + '}');
    }

    /**
     * For clients from 2.35 on, {@code build-trace-v2/{derivation}/{output}.doi}.
     *
     * @throws IllegalArgumentException where that cannot be an output's name
     */
    public static byte[] of(StorePath derivation, String outputName, StorePath outPath) {
        if (!StorePath.isName(outputName)) {
            throw new IllegalArgumentException("not an output's name");
        }
        return bytes("{\"key\":{\"drvPath\":" + quote(derivation) + ",\"outputName\":" + quote(outputName)
                + "},\"value\":{\"outPath\":" + quote(outPath) + "}}");
    }

    private static String quote(Object text) {
        return "\"" + text + '"';
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.US_ASCII);
    }
}
