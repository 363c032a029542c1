package io.narthex.nix.nar;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.nix.Golden;
import io.narthex.nix.Mutation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class NarReaderFuzzTest {
    private static final int ROUNDS = 20_000;

    @Test
    void refusesAsMalformedOrReadsToTheEnd() throws IOException {
        byte[] directory = Words.nar("(", "type", "directory")
                .entry("a")
                .and("entry", "(", "name", "b", "node", "(", "type", "directory")
                .entry("c")
                .and(")", ")")
                .and("entry", "(", "name", "d", "node", "(", "type", "symlink", "target", "a/b", ")", ")")
                .entry("e")
                .and(")")
                .bytes();
        List<byte[]> golden = List.of(
                directory, Golden.bytes("file.nar"), Golden.bytes("executable.nar"), Golden.bytes("symlink.nar"));
        Mutation mutation = new Mutation(15);
        int refused = 0;
        for (int i = 0; i < ROUNDS; i++) {
            byte[] nar = mutation.of(golden.get(i % golden.size()));
            try {
                NarListing.read(new ByteArrayInputStream(nar));
                assertThat(NarVerifier.verify(new ByteArrayInputStream(nar)).narSize())
                        .isEqualTo(nar.length);
            } catch (NarException.Malformed e) {
                assertThat(e.offset()).isBetween(0L, (long) nar.length);
                refused++;
            }
        }
        assertThat(refused).isBetween(1, ROUNDS - 1);
    }
}
