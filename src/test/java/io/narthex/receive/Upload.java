package io.narthex.receive;

import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.Compression;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.util.Optional;
import java.util.OptionalLong;

/** A body, and what a receiver with small limits makes of it. */
@SuppressWarnings("ArrayRecordComponent") // lent to tests that do not change it
public record Upload(byte[] body, Optional<Compression> named) {
    static final NarLimits LIMITS = new NarLimits(1 << 20, 1 << 20, 10_000, NarLimits.DEFAULT_MEMORY, 1000);

    static Upload of(byte[] body, Compression named) {
        return new Upload(body, Optional.of(named));
    }

    /** Named {@code .nar}. */
    static Upload of(byte[] body) {
        return new Upload(body, Optional.empty());
    }

    public static NixHash sha256(byte[] bytes) {
        return NixHash.ofSha256(HashAlgorithm.SHA256.newDigest().digest(bytes));
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    ReceivedNar receive() throws IOException {
        return receive(new ByteArrayOutputStream());
    }

    ReceivedNar receive(ByteArrayOutputStream sink) throws IOException {
        return receive(LIMITS, sink);
    }

    ReceivedNar receive(NarLimits limits, ByteArrayOutputStream sink) throws IOException {
        return receive(
                new NarReceiver(limits),
                new ByteArrayInputStream(body),
                OptionalLong.of(body.length),
                new UploadName(sha256(body), named),
                sink);
    }

    /** By streams. */
    static ReceivedNar receive(
            NarReceiver receiver, InputStream body, OptionalLong promised, UploadName name, OutputStream sink)
            throws IOException {
        return receiver.receive(Channels.newChannel(body), promised, name, Channels.newChannel(sink)::write);
    }
}
