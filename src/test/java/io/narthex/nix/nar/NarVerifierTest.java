package io.narthex.nix.nar;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.nix.Golden;
import io.narthex.nix.hash.NixHash;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class NarVerifierTest {
    @Test
    void computesTheHashThatNixComputes() throws IOException {
        byte[] nar = Golden.bytes("tree.nar");
        NixHash expected =
                NixHash.parse("sha256:" + Golden.text("tree.nar.sha256").strip());
        assertThat(NarVerifier.verify(new ByteArrayInputStream(nar)))
                .isEqualTo(new NarVerifier.VerifiedNar(expected, nar.length));
    }
}
