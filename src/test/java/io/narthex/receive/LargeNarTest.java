package io.narthex.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.Compression;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LargeNarTest {
    private static final NarLimits LIMITS = NarLimits.of(64L << 30, 10_000);

    private static byte[] zstd(InputStream nar) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new ZstdOutputStream(packed, 3)) {
            nar.transferTo(out);
        }
        return packed.toByteArray();
    }

    @Test
    void stopsABombOfTenGigabytesEarly() throws IOException {
        int mebibytes = 10_000;
        byte[] packed = zstd(GeneratedNar.zeros(mebibytes));
        assertThat(GeneratedNar.size(mebibytes) / packed.length).isGreaterThan(10_000);
        // some pieces are on their way ahead of what is unpacked
        byte[] bomb = Arrays.copyOf(packed, 4 << 20);
        UploadName name = new UploadName(Upload.sha256(bomb), Optional.of(Compression.ZSTD));
        Counted body = new Counted(bomb);
        assertThatThrownBy(() -> Upload.receive(
                        new NarReceiver(LIMITS),
                        body,
                        OptionalLong.of(bomb.length),
                        name,
                        OutputStream.nullOutputStream()))
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.RATIO_EXCEEDED));
        assertThat(body.taken).as("bytes read of " + bomb.length).isLessThan(bomb.length / 2);
    }

    @Test
    void takesASmallNarHoweverEmpty() throws IOException {
        byte[] empty = zstd(GeneratedNar.zeros(60));
        assertThat(GeneratedNar.size(60) / empty.length).isGreaterThan(10_000);
        assertThat(Upload.of(empty, Compression.ZSTD)
                        .receive(LIMITS, new ByteArrayOutputStream())
                        .facts()
                        .narSize())
                .isEqualTo(GeneratedNar.size(60));
    }

    @Test
    void takesALargeNarWithoutGrowing() throws IOException {
        int mebibytes = 300;
        MessageDigest digest = HashAlgorithm.SHA256.newDigest();
        new DigestInputStream(GeneratedNar.noise(mebibytes), digest).transferTo(OutputStream.nullOutputStream());
        NixHash hash = NixHash.ofSha256(digest.digest());
        NarReceiver receiver = new NarReceiver(LIMITS);
        long before = allocated();
        NarFacts facts = Upload.receive(
                        receiver,
                        GeneratedNar.noise(mebibytes),
                        OptionalLong.of(GeneratedNar.size(mebibytes)),
                        new UploadName(hash, Optional.empty()),
                        OutputStream.nullOutputStream())
                .facts();
        assertThat(allocated() - before).as("bytes allocated in all").isLessThan(16L << 20);
        assertThat(facts.narHash()).isEqualTo(hash);
        assertThat(facts.narSize()).isEqualTo(GeneratedNar.size(mebibytes));
        assertThat(facts.contentsHash()).isPresent().get().isNotEqualTo(hash);
    }

    /** A frame whose header goes on for ever must not be gathered in memory: gzip has a name without a bound. */
    @Test
    void refusesAHeaderWithoutEnd() {
        byte[] endless = new byte[30 << 20];
        Arrays.fill(endless, (byte) 'x');
        byte[] header = {0x1f, (byte) 0x8b, 8, 8, 0, 0, 0, 0, 0, 3};
        System.arraycopy(header, 0, endless, 0, header.length);
        Counted body = new Counted(endless);
        assertThatThrownBy(() -> Upload.receive(
                        new NarReceiver(LIMITS),
                        body,
                        OptionalLong.empty(),
                        new UploadName(Upload.sha256(endless), Optional.empty()),
                        OutputStream.nullOutputStream()))
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.NOT_COMPRESSED_AS));
        assertThat(body.taken).isLessThan(8 << 20);
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private static final class Counted extends FilterInputStream {
        private long taken;

        Counted(byte[] bytes) {
            super(new ByteArrayInputStream(bytes));
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int read = super.read(target, offset, length);
            taken += Math.max(read, 0);
            return read;
        }
    }
}
