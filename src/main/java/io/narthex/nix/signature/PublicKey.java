package io.narthex.nix.signature;

import java.util.Arrays;

/** A public key as a client puts it into {@code trusted-public-keys}: a name and 32 bytes of Ed25519. */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out, compared by content
public record PublicKey(String name, byte[] bytes) {
    private static final String SUBJECT = "public key";

    public PublicKey {
        NamedBytes.checkName(SUBJECT, name);
        NamedBytes.checkSize(SUBJECT, bytes, Ed25519.PUBLIC_SIZE);
        bytes = bytes.clone();
    }

    /**
     * Reads Nix's text form.
     *
     * @throws io.narthex.nix.hash.NixFormatException unless {@code name:base64} of 32 bytes
     */
    public static PublicKey parse(String text) {
        NamedBytes parsed = NamedBytes.parse(SUBJECT, text, Ed25519.PUBLIC_SIZE);
        return new PublicKey(parsed.name(), parsed.bytes());
    }

    /** Whether this key made that signature over that message; false where the signature names another key. */
    public boolean verify(byte[] message, Signature signature) {
        return name.equals(signature.keyName()) && Ed25519.verify(bytes, message, signature.bytes());
    }

    /** Whether it made that signature over that message, whichever key the signature names. */
    public boolean made(byte[] message, Signature signature) {
        return Ed25519.verify(bytes, message, signature.bytes());
    }

    @Override
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PublicKey that && name.equals(that.name) && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + Arrays.hashCode(bytes);
    }

    /** {@code name:base64}. */
    @Override
    public String toString() {
        return NamedBytes.format(name, bytes);
    }
}
