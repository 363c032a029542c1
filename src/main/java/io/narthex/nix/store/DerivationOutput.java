package io.narthex.nix.store;

import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.hash.NixHash;
import java.util.Comparator;

/**
 * An output of a content-addressed derivation, known by the derivation's hash modulo: {@code sha256:<64 hex>!out}.
 * Nix: DrvOutput in src/libstore/realisation.cc, until 2.34.
 */
public record DerivationOutput(NixHash derivationHash, String outputName) implements Comparable<DerivationOutput> {
    private static final String SUBJECT = "derivation output";

    private static final Comparator<DerivationOutput> BY_TEXT = Comparator.comparing(DerivationOutput::toString);

    public DerivationOutput {
        if (!StorePath.isName(outputName)) {
            throw new NixFormatException(SUBJECT, "no output is named " + NixFormatException.quote(outputName));
        }
    }

    /**
     * Reads {@code sha256:<64 hex>!out}.
     *
     * @throws NixFormatException where the text has another form or spelling
     */
    public static DerivationOutput parse(String text) {
        int mark = text.indexOf('!');
        if (mark < 0) {
            throw new NixFormatException(SUBJECT, "no ! in " + NixFormatException.quote(text));
        }
        DerivationOutput output =
                new DerivationOutput(NixHash.parse(text.substring(0, mark)), text.substring(mark + 1));
        if (!output.toString().equals(text)) {
            throw new NixFormatException(SUBJECT, "the hash is not in base16");
        }
        return output;
    }

    @Override
    public int compareTo(DerivationOutput other) {
        return BY_TEXT.compare(this, other);
    }

    @Override
    public String toString() {
        return derivationHash.toBase16() + '!' + outputName;
    }
}
