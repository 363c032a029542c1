package io.narthex.upstream.fetch;

import io.narthex.index.UpstreamNar;
import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixHash;
import io.narthex.outbound.OutboundException;
import io.narthex.outbound.OutboundResponse;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Fetches one file of an upstream into a {@link PassingNar} and compares its hash. Where the connection breaks it goes on from
 * there. For one thread.
 */
public final class NarFetch {
    /** Times that it may break off without a byte more. */
    private static final int TRIES = 3;

    private static final int PIECE = 128 << 10;

    private final Source source;
    private final UpstreamNar nar;
    private final PassingNar passing;
    private final long most;
    private final MessageDigest digest = HashAlgorithm.SHA256.newDigest();
    private OptionalLong length;

    /** From where the file comes. */
    public interface Source {
        /** Asks for what lies at that URL; the caller closes the answer. */
        OutboundResponse open(URI url, Map<String, String> headers) throws OutboundException;
    }

    /** The bytes are not those that the narinfo tells of. */
    public static final class WrongBytesException extends IOException {
        private static final long serialVersionUID = 1;

        public WrongBytesException(String why) {
            super(why);
        }
    }

    /** The upstream does not have the file, or does not give it. */
    public static final class NotGivenException extends IOException {
        private static final long serialVersionUID = 1;

        NotGivenException(int status) {
            super("the upstream answers " + status + " for a NAR");
        }
    }

    /** @param most bytes that the file may have */
    public NarFetch(Source source, UpstreamNar nar, PassingNar passing, long most) {
        this.source = source;
        this.nar = nar;
        this.passing = passing;
        this.most = most;
        this.length = nar.fileSize();
    }

    /**
     * Returns when all of the file came and its hash is right, as far as that is known.
     *
     * @throws WrongBytesException where it is not right
     * @throws IOException where it cannot be had
     */
    public void run() throws IOException {
        int tries = 0;
        while (true) {
            long before = passing.arrived();
            try {
                fetch();
                break;
            } catch (WrongBytesException | NotGivenException e) {
                throw e;
            } catch (IOException e) {
                tries = passing.arrived() > before ? 1 : tries + 1;
                if (tries >= TRIES || !isInterruption(e)) {
                    throw e;
                }
            }
        }
        if (length.isPresent() && passing.arrived() != length.getAsLong()) {
            throw new WrongBytesException(
                    "its file has " + passing.arrived() + " bytes where " + length.getAsLong() + " were told");
        }
        NixHash found = NixHash.ofSha256(digest.digest());
        if (nar.fileHash().isPresent() && !nar.fileHash().get().equals(found)) {
            throw new WrongBytesException("its file has the hash " + found.nix32() + " where "
                    + nar.fileHash().get().nix32() + " was told");
        }
    }

    private static boolean isInterruption(IOException e) {
        return !(e instanceof OutboundException.HostRefused
                || e instanceof OutboundException.RedirectRefused
                || e instanceof OutboundException.BadUrl);
    }

    private void fetch() throws IOException {
        long from = passing.arrived();
        Map<String, String> headers = from == 0 ? Map.of() : Map.of("Range", "bytes=" + from + "-");
        try (OutboundResponse response = source.open(URI.create(nar.url()), headers)) {
            InputStream body = response.body();
            if (from > 0 && response.status() == 200) {
                // it knows no ranges: what is here already is read over
                body.skipNBytes(from);
            } else if (from > 0 ? !isRest(response, from) : response.status() != 200) {
                throw new NotGivenException(response.status());
            }
            if (from == 0) {
                expect(response.length());
            }
            copy(body);
            if (length.isPresent() && passing.arrived() < length.getAsLong()) {
                throw new EOFException("the file ends at byte " + passing.arrived());
            }
        }
    }

    private static boolean isRest(OutboundResponse response, long from) {
        Optional<String> range = response.header("Content-Range");
        return response.status() == 206
                && range.filter(r -> r.startsWith("bytes " + from + "-")).isPresent();
    }

    private void expect(OptionalLong told) throws IOException {
        if (told.isPresent() && length.isPresent() && told.getAsLong() != length.getAsLong()) {
            throw new WrongBytesException(
                    "its file has " + told.getAsLong() + " bytes where its narinfo tells of " + length.getAsLong());
        }
        if (length.isEmpty()) {
            length = told;
        }
        if (length.orElse(0) > most) {
            throw new WrongBytesException("its file has " + length.getAsLong() + " bytes, of " + most + " at most");
        }
        if (length.isPresent()) {
            passing.length().complete(length.getAsLong());
        }
    }

    private void copy(InputStream body) throws IOException {
        byte[] piece = new byte[PIECE];
        for (int n = body.read(piece); n >= 0; n = body.read(piece)) {
            if (passing.arrived() + n > length.orElse(most)) {
                throw new WrongBytesException("its file is longer than " + length.orElse(most) + " bytes");
            }
            digest.update(piece, 0, n);
            passing.append(ByteBuffer.wrap(piece, 0, n));
        }
    }
}
