package io.narthex.transfer;

import com.github.luben.zstd.ZstdOutputStream;
import io.narthex.blob.DirectBuffers;
import io.narthex.index.SignedPath;
import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.nar.NarPacker;
import io.narthex.nix.nar.NarSink;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;

/** Writes the NAR of a path to a file and proves it by its hash, before its last bytes are written. */
final class NarCopyWriter {
    /** zstd's own default: made once, read often. */
    private static final int LEVEL = 3;
    /** Coded by so little, a file is not worth the client's time: nine tenths. */
    private static final double WORTH = 0.9;

    private static final int TAG_BYTES = 16;

    private final DirectBuffers buffers;
    private final Path root;
    private final SignedPath path;

    /** @param root where the path's files lie */
    NarCopyWriter(DirectBuffers buffers, Path root, SignedPath path) {
        this.buffers = buffers;
        this.root = root;
        this.path = path;
    }

    /** The NAR itself. Its tag says nothing: the hash of the NAR is known. */
    Optional<String> plain(Path file) throws IOException {
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
            pack(bytes -> writeAll(out, bytes));
            out.force(true);
        }
        return Optional.of("0");
    }

    /** The same by zstd, with a tag that its bytes have alone; empty where it is hardly smaller. */
    Optional<String> coded(Path file) throws IOException {
        MessageDigest digest = HashAlgorithm.SHA256.newDigest();
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
            OutputStream zstd =
                    new ZstdOutputStream(new DigestOutputStream(Channels.newOutputStream(out), digest), LEVEL);
            WritableByteChannel channel = Channels.newChannel(zstd);
            pack(bytes -> writeAll(channel, bytes));
            channel.close();
        }
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
            if (out.size() > path.narSize() * WORTH) {
                return Optional.empty();
            }
            out.force(true);
        }
        return Optional.of(HexFormat.of().formatHex(digest.digest(), 0, TAG_BYTES));
    }

    private void pack(NarSink sink) throws IOException {
        CheckedNar checked = new CheckedNar(sink, path.narSize(), path.narHash(), true);
        ByteBuffer buffer = buffers.take();
        try {
            new NarPacker(buffer, checked).pack(root);
            checked.finish();
        } finally {
            buffers.giveBack(buffer);
        }
    }

    private static void writeAll(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
