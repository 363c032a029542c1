package io.narthex.auditor;

import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.signature.Signature;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;

/**
 * The head of a hash chain, which is its last seal, with a signature.
 *
 * @param chain {@code @server}, a tenant's name, or {@code #} and the number of one that is deleted
 * @param hash hexadecimal
 * @param at when it was signed
 * @param signed what the signature is over, in UTF-8
 * @param signature {@code name:base64}, Ed25519
 */
record SignedHead(String chain, long sequence, String hash, Instant at, String signed, String signature) {
    /**
     * A head as it is read.
     *
     * @param number of the chain
     */
    @SuppressWarnings("ArrayRecordComponent") // lives until it is signed, never compared
    record Head(int number, String chain, long sequence, byte[] hash) {}

    static SignedHead of(Head head, SecretKey key, Instant at) {
        String hash = HexFormat.of().formatHex(head.hash());
        String signed = "narthex-audit-head " + head.chain() + " " + head.number() + " " + head.sequence() + " " + hash
                + " " + at;
        Signature signature = key.sign(signed.getBytes(StandardCharsets.UTF_8));
        return new SignedHead(head.chain(), head.sequence(), hash, at, signed, signature.toString());
    }
}
