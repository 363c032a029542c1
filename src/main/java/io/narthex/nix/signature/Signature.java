package io.narthex.nix.signature;

import java.util.Arrays;

/** An Ed25519 signature and the name of the key that made it. Ordered bytewise by its text. */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out, compared by content
public record Signature(String keyName, byte[] bytes) implements Comparable<Signature> {
    private static final String SUBJECT = "signature";

    public Signature {
        NamedBytes.checkName(SUBJECT, keyName);
        NamedBytes.checkSize(SUBJECT, bytes, Ed25519.SIGNATURE_SIZE);
        bytes = bytes.clone();
    }

    /**
     * Reads Nix's text form.
     *
     * @throws io.narthex.nix.hash.NixFormatException unless {@code name:base64} of 64 bytes
     */
    public static Signature parse(String text) {
        NamedBytes parsed = NamedBytes.parse(SUBJECT, text, Ed25519.SIGNATURE_SIZE);
        return new Signature(parsed.name(), parsed.bytes());
    }

    @Override
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public int compareTo(Signature other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Signature that && keyName.equals(that.keyName) && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * keyName.hashCode() + Arrays.hashCode(bytes);
    }

    /** {@code name:base64}. */
    @Override
    public String toString() {
        return NamedBytes.format(keyName, bytes);
    }
}
