package io.narthex.receive;

import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.nar.NarException;
import io.narthex.nix.nar.NarReader;
import io.narthex.nix.nar.NarVerifier;
import io.narthex.nix.narinfo.Compression;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.security.MessageDigest;
import java.util.OptionalLong;
import java.util.concurrent.ForkJoinPool;

/**
 * Reads the body of an upload in one pass and checks everything about it: limits, hash of the file, unpacking, a
 * well-formed NAR, its hash and its listing. It holds 2 or 3 MiB, the decompressor's window and the listing, whatever
 * the size. Thread-safe.
 */
final class NarReceiver {
    private final NarLimits limits;

    /** Where a body goes, piece by piece. */
    interface Sink {
        /** Takes all that remains in the buffer, whose memory is used again afterwards. */
        void write(ByteBuffer bytes) throws IOException;
    }

    NarReceiver(NarLimits limits) {
        this.limits = limits;
    }

    /**
     * Reads the body to its end, writing every byte of it to the sink as it lies, and says what it was. When this
     * throws, what the sink got is to be thrown away, and the body may have bytes left.
     *
     * @param promised bytes of the body, where the client told; a body that ends before is refused as cut
     * @param sink gets the pieces one behind the other, in this thread
     * @throws RefusedException for all that is wrong with the body or its name
     * @throws IOException from the sink
     */
    ReceivedNar receive(ReadableByteChannel body, OptionalLong promised, UploadName name, Sink sink)
            throws IOException {
        if (promised.orElse(0) > limits.maxFileBytes()) {
            throw Refusal.FILE_TOO_LARGE.because(limits.maxFileBytes());
        }
        name.compression().ifPresent(Decompressor::requireSupported);
        MessageDigest digest = HashAlgorithm.SHA256.newDigest();
        // what is small is hashed before another thread has woken up
        boolean small = promised.orElse(Long.MAX_VALUE) <= Intake.PIECE_BYTES;
        AsyncTask writing = new AsyncTask(Runnable::run, sink::write);
        AsyncTask hashing = new AsyncTask(small ? Runnable::run : ForkJoinPool.commonPool(), digest::update);
        try (Intake intake = new Intake(body, promised, limits.maxFileBytes(), hashing, writing)) {
            return receive(intake, name, digest);
        } catch (NarException.Malformed e) {
            throw Refusal.NOT_A_NAR.because(String.valueOf(e.getMessage())).after(e);
        }
    }

    private ReceivedNar receive(Intake intake, UploadName name, MessageDigest digest) throws IOException {
        // The rest is a NAR or nothing: its reader says what is wrong with it.
        Compression compression = name.compression().isPresent()
                ? name.compression().get()
                : Compression.detect(intake.peek(Compression.MAGIC_BYTES)).orElse(Compression.NONE);
        try (Unpacked nar = new Unpacked(intake, compression, limits)) {
            ReceivedNar received = read(intake, nar, compression, digest);
            NarFacts facts = received.facts();
            if (!name.hash().equals(facts.fileHash()) && !name.hash().equals(facts.narHash())) {
                throw misnamed(name.hash(), facts);
            }
            return received;
        }
    }

    private static RefusedException misnamed(NixHash named, NarFacts facts) {
        boolean bare = facts.narHash().equals(facts.fileHash());
        return Refusal.FILE_HASH_MISMATCH.because(
                named.nix32(),
                facts.fileHash().nix32(),
                bare ? "" : ", and that of its NAR " + facts.narHash().nix32());
    }

    private ReceivedNar read(Intake intake, Unpacked nar, Compression compression, MessageDigest digest)
            throws IOException {
        NarScan scan = new NarScan(limits.maxNodes());
        NixHash fileHash;
        NixHash narHash;
        long narSize;
        if (compression == Compression.NONE) {
            narSize = NarReader.read(nar, scan);
            fileHash = hash(intake, digest);
            narHash = fileHash;
        } else {
            NarVerifier.VerifiedNar verified =
                    NarVerifier.verify(nar, scan, new AsyncDigest(ForkJoinPool.commonPool()));
            narHash = verified.narHash();
            narSize = verified.narSize();
            fileHash = hash(intake, digest);
        }
        NarFacts facts = new NarFacts(fileHash, intake.count(), narHash, narSize, compression, scan.contentsHash());
        return new ReceivedNar(facts, scan.listing());
    }

    /** Of the whole body, which the sink has then. */
    private static NixHash hash(Intake intake, MessageDigest digest) throws IOException {
        intake.finish();
        return NixHash.ofSha256(digest.digest());
    }
}
