package io.narthex.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.nix.Golden;
import io.narthex.nix.Mutation;
import io.narthex.nix.narinfo.Compression;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NarReceiverFuzzTest {
    private static final int ROUNDS = 6_000;

    @Test
    void letsNothingEscapeButItsOwnException() throws IOException {
        List<Upload> golden = List.of(
                golden("nix.nar.xz", Compression.XZ),
                golden("nix.nar.zstd", Compression.ZSTD),
                golden("pzstd.nar.zst", Compression.ZSTD),
                golden("nix.nar.bzip2", Compression.BZIP2),
                golden("nix.nar.br", Compression.BR),
                golden("linked.nar.lz4", Compression.LZ4),
                new Upload(Golden.bytes("packed/nix.nar.gzip"), Optional.empty()),
                new Upload(Golden.bytes("file.nar"), Optional.empty()));
        Mutation mutation = new Mutation(4);
        int refused = 0;
        for (int i = 0; i < ROUNDS; i++) {
            Upload upload = golden.get(i % golden.size());
            try {
                NarFacts facts = new Upload(mutation.of(upload.body()), upload.named())
                        .receive()
                        .facts();
                assertThat(facts.narSize()).isPositive();
            } catch (RefusedException e) {
                assertThat(e.getMessage()).isNotBlank().doesNotContain("java", "commons", "null");
                refused++;
            }
        }
        assertThat(refused).isBetween(1, ROUNDS - 1);
    }

    private static Upload golden(String name, Compression compression) {
        return Upload.of(Golden.bytes("packed/" + name), compression);
    }
}
