package io.narthex.receive;

import io.narthex.nix.narinfo.Compression;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads bodies that are small enough to hold in memory: narinfos, listings, logs, realisations. */
public final class SmallBody {
    /** As most narinfos have: so much is read without asking whether there is memory. */
    private static final int FREE_BYTES = 64 << 10;

    private SmallBody() {}

    /**
     * Reads a body whole and undoes its content coding.
     *
     * @param contentEncoding the header as it came: absent, {@code identity}, or one of Nix's compression names (which
     *     Nix sends there), of those that a NAR may have; {@code x-gzip} too
     * @param limit in bytes, of the body as it comes and as it is returned
     * @throws RefusedException {@link Refusal#BODY_TOO_LARGE} beyond the limit, {@link Refusal#UNKNOWN_COMPRESSION} on another
     *     coding or several, {@link Refusal#NOT_COMPRESSED_AS} where it is not intact, and {@link Refusal#BODY_CUT} where it
     *     cannot be read to its end
     */
    public static byte[] read(InputStream body, @Nullable String contentEncoding, int limit) {
        try (InputStream plain = open(body, contentEncoding, limit)) {
            byte[] start = plain.readNBytes(FREE_BYTES);
            return start.length < FREE_BYTES ? start : joined(start, plain, contentEncoding, limit);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is coded has taken memory to unpack with; the body of three times its size while it grows and is joined. */
    private static byte[] joined(byte[] start, InputStream rest, @Nullable String contentEncoding, int limit)
            throws IOException {
        Closeable taken = UnpackingMemory.SHARED.take(coding(contentEncoding) == Compression.NONE ? 3L * limit : 0);
        try {
            return new SequenceInputStream(new ByteArrayInputStream(start), rest).readAllBytes();
        } finally {
            taken.close();
        }
    }

    /** The same, as a stream that throws what {@link #read} throws; closing it leaves the body open. */
    public static InputStream open(InputStream body, @Nullable String contentEncoding, int limit) {
        Compression coding = coding(contentEncoding);
        NarLimits limits = new NarLimits(limit, limit, Long.MAX_VALUE, NarLimits.DEFAULT_MEMORY, 1);
        Intake intake = new Intake(Channels.newChannel(body), OptionalLong.empty(), limit);
        return new Plain(new Unpacked(intake, coding, limits), intake, coding, limit);
    }

    /** Words what is wrong with a small body. */
    private static final class Plain extends FilterInputStream {
        private final Intake intake;
        private final Compression coding;
        private final int limit;

        Plain(Unpacked in, Intake intake, Compression coding, int limit) {
            super(in);
            this.intake = intake;
            this.coding = coding;
            this.limit = limit;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            try {
                return in.read(target, offset, length);
            } catch (RefusedException e) {
                boolean large = e.refusal() == Refusal.FILE_TOO_LARGE || e.refusal() == Refusal.NAR_TOO_LARGE;
                throw large ? Refusal.BODY_TOO_LARGE.because(Refusal.size(limit)) : e;
            } catch (IOException e) {
                throw Refusal.NOT_COMPRESSED_AS.because(coding, intake.count()).after(e);
            }
        }

        @Override
        public void close() throws IOException {
            super.close();
            intake.close();
        }
    }

    private static Compression coding(@Nullable String contentEncoding) {
        String name = contentEncoding == null ? "" : contentEncoding.strip().toLowerCase(Locale.ROOT);
        Optional<Compression> coding = switch (name) {
            case "", "identity" -> Optional.of(Compression.NONE);
            case "x-gzip" -> Optional.of(Compression.GZIP);
            default -> Compression.named(name);
        };
        Compression known = coding.orElseThrow(() -> Decompressor.unknown(name));
        Decompressor.requireSupported(known);
        return known;
    }
}
