package io.narthex.receive;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.narinfo.Compression;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorInputStream;
import org.brotli.dec.BrotliInputStream;
import org.tukaani.xz.BasicArrayCache;
import org.tukaani.xz.MemoryLimitException;
import org.tukaani.xz.XZInputStream;

/**
 * Opens a decompressing stream for each compression. Each library is told to take several frames one behind the other
 * and to keep to a memory limit.
 */
final class Decompressor {
    /** In the words of Nix, for people. */
    private static final String SUPPORTED = "none, xz, zstd, bzip2, gzip, br, lz4";

    /** As much as the zstd library wants at once. */
    private static final int BUFFER_SIZE = 1 << 17;

    /** Of a window of zstd: 128 MiB. */
    private static final int LARGEST_LOG = 27;

    private Decompressor() {}

    static void requireSupported(Compression compression) {
        switch (compression) {
            case NONE, BR, BZIP2, GZIP, LZ4, XZ, ZSTD -> {}
            case COMPRESS, GRZIP, LRZIP, LZIP, LZMA, LZOP -> throw unknown(compression.nixName());
        }
    }

    /** There is no library for what is called so. */
    static RefusedException unknown(String compression) {
        return Refusal.UNKNOWN_COMPRESSION.because(NixFormatException.quote(compression), SUPPORTED);
    }

    /**
     * Unpacks as it is read. Whatever it throws that is not the input's own means damaged input or too little memory.
     *
     * @param start the first bytes of what is read, {@link WindowSize#LOOKED_AT} or all
     * @param memory in bytes, of the window; what is taken of {@link UnpackingMemory} is given back when this is closed
     * @throws RefusedException where no library reads it
     */
    static InputStream open(Compression compression, byte[] start, InputStream in, long memory) throws IOException {
        requireSupported(compression);
        if (compression == Compression.NONE) {
            return in;
        }
        long window = Math.min(memory, WindowSize.of(compression, start));
        Closeable taken = UnpackingMemory.SHARED.take(window);
        try {
            return new Taking(unpacking(compression, in, window), taken);
        } catch (IOException | RuntimeException e) {
            taken.close();
            throw e;
        }
    }

    private static InputStream unpacking(Compression compression, InputStream in, long memory) throws IOException {
        return switch (compression) {
            case BR -> new BrotliInputStream(in, BUFFER_SIZE);
            case BZIP2 -> new BZip2CompressorInputStream(new BufferedInputStream(in, BUFFER_SIZE), true);
            case GZIP ->
                GzipCompressorInputStream.builder()
                        .setInputStream(in)
                        .setBufferSize(BUFFER_SIZE)
                        .setDecompressConcatenated(true)
                        .get();
            case LZ4 -> lz4(new BufferedInputStream(in, BUFFER_SIZE));
            case XZ -> xz(in, memory);
            case ZSTD -> zstd(in, memory);
            case NONE, COMPRESS, GRZIP, LRZIP, LZIP, LZMA, LZOP -> in;
        };
    }

    private static InputStream lz4(BufferedInputStream in) throws IOException {
        Lz4Start.require(in);
        return new FramedLZ4CompressorInputStream(in, true);
    }

    /** A window of 8 MiB for the smallest file too: those arrays are used again. */
    private static InputStream xz(InputStream in, long memory) throws IOException {
        int kibibytes = (int) Math.min(memory >> 10, Integer.MAX_VALUE);
        return new XZInputStream(
                new BufferedInputStream(in, BUFFER_SIZE), kibibytes, true, BasicArrayCache.getInstance());
    }

    private static InputStream zstd(InputStream in, long memory) throws IOException {
        int log = Long.SIZE - Long.numberOfLeadingZeros(memory - 1);
        return new ZstdInputStreamNoFinalizer(in, RecyclingBufferPool.INSTANCE).setLongMax(Math.min(log, LARGEST_LOG));
    }

    /** Whether that is how a library says that it would take more memory than it may. */
    static boolean isMemoryExceeded(Exception thrown) {
        return thrown instanceof MemoryLimitException
                || (thrown instanceof ZstdIOException zstd
                        && zstd.getErrorCode() == Zstd.errFrameParameterWindowTooLarge());
    }

    /** Gives back what it has taken when it is closed. */
    private static final class Taking extends FilterInputStream {
        private final Closeable taken;
        private boolean closed;

        Taking(InputStream in, Closeable taken) {
            super(in);
            this.taken = taken;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return in.read(target, offset, length);
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            try (taken) {
                super.close();
            }
        }
    }
}
