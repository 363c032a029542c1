package io.narthex.receive;

import io.narthex.nix.nar.PassableStream;
import io.narthex.nix.narinfo.Compression;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks the NAR in a body as it is read, and holds it to size and ratio. It throws a {@link RefusedException} for all
 * that is wrong with the body, whatever the libraries throw, and an IOException only where the sink did.
 */
final class Unpacked extends PassableStream {
    /** As much as a decompressor gives at once. */
    private static final int PASSED_BYTES = 1 << 16;

    private final Intake intake;
    private final Compression compression;
    private final NarLimits limits;
    private @Nullable InputStream decompressor;
    private long count;

    /** Opened at the first read; closing this leaves the body open. */
    Unpacked(Intake intake, Compression compression, NarLimits limits) {
        this.intake = intake;
        this.compression = compression;
        this.limits = limits;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        return counted(unpack(target, offset, length));
    }

    @Override
    public int pass(long length) throws IOException {
        if (compression == Compression.NONE) {
            return counted(intake.pass(length));
        }
        byte[] passed = new byte[(int) Math.min(length, PASSED_BYTES)];
        return read(passed, 0, passed.length);
    }

    private int counted(int read) throws IOException {
        if (read < 0) {
            expectEnd();
            return -1;
        }
        count += read;
        intake.hear();
        if (count > limits.maxNarBytes()) {
            throw Refusal.NAR_TOO_LARGE.because(limits.maxNarBytes());
        }
        if (!limits.allowsRatio(intake.count(), count)) {
            throw Refusal.RATIO_EXCEEDED.because(limits.maxRatio());
        }
        return read;
    }

    private int unpack(byte[] target, int offset, int length) throws IOException {
        try {
            if (decompressor == null) {
                byte[] start = intake.peek(WindowSize.LOOKED_AT);
                decompressor = Decompressor.open(compression, start, new Heard(), limits.maxMemory());
            }
            return decompressor.read(target, offset, length);
        } catch (RefusedException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // Libraries throw ArrayIndexOutOfBounds and the like as well on hostile input.
            intake.rethrow();
            throw Decompressor.isMemoryExceeded(e)
                    ? Refusal.MEMORY_EXCEEDED
                            .because(compression, Refusal.size(limits.maxMemory()))
                            .after(e)
                    : damaged(e);
        }
    }

    /** Not every library looks whether something follows. */
    private void expectEnd() throws IOException {
        if (!intake.ended() && intake.read() >= 0) {
            throw damaged(null);
        }
    }

    private RefusedException damaged(@Nullable Throwable cause) {
        return Refusal.NOT_COMPRESSED_AS.because(compression, intake.count()).after(cause);
    }

    @Override
    public void close() throws IOException {
        if (decompressor != null) {
            decompressor.close();
        }
    }

    /** The intake as a decompressor sees it. */
    private final class Heard extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (intake.isSilent()) {
                throw damaged(null);
            }
            return intake.read(target, offset, length);
        }
    }
}
