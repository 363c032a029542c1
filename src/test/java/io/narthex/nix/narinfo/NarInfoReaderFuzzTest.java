package io.narthex.nix.narinfo;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.nix.Golden;
import io.narthex.nix.Mutation;
import io.narthex.nix.hash.NixFormatException;
import java.util.List;
import org.junit.jupiter.api.Test;

class NarInfoReaderFuzzTest {
    @Test
    void refusesOrReadsWhatTheWriterCanWrite() {
        List<byte[]> golden = List.of(
                Golden.bytes("references.narinfo"), Golden.bytes("fixed.narinfo"), Golden.bytes("derivation.narinfo"));
        Mutation mutation = new Mutation(14);
        int refused = 0;
        for (int i = 0; i < 15_000; i++) {
            try {
                NarInfo info = NarInfoReader.read(mutation.of(golden.get(i % golden.size())));
                assertThat(NarInfoReader.read(NarInfoWriter.write(info))).isEqualTo(info);
            } catch (NixFormatException e) {
                refused++;
            }
        }
        assertThat(refused).isBetween(1, 14_999);
    }
}
