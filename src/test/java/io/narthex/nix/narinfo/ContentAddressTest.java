package io.narthex.nix.narinfo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.nix.Golden;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ContentAddressTest {
    private static final String SHA256 = "sha256:1zfynm6ppspqv6gdjljss4kkfk2y3ki5dd57zhyxdjxpl07m1hgf";
    private static final String SHA1 = "sha1:" + "0".repeat(32);

    @Test
    void readsAndWritesEachMethod() {
        for (String text : List.of(
                "text:" + SHA256, "fixed:" + SHA256, "fixed:r:" + SHA256, "fixed:r:" + SHA1, "fixed:git:" + SHA1)) {
            assertThat(ContentAddress.parse(text)).hasToString(text);
        }
        assertThat(ContentAddress.parse("fixed:r:" + SHA256).method()).isEqualTo(ContentAddress.Method.NAR);
    }

    @Test
    void writesTheHashInBase32() {
        ContentAddress address = ContentAddress.parse("text:" + SHA256);
        assertThat(ContentAddress.parse("text:" + address.hash().toBase16()))
                .isEqualTo(address)
                .hasToString("text:" + SHA256);
    }

    @Test
    void refusesAnythingElse() {
        for (String text : List.of(
                "",
                "text",
                "text:",
                "text:" + SHA1,
                "fixed:x:" + SHA256,
                "fixed:r:",
                SHA256,
                "TEXT:" + SHA256,
                "text:" + SHA256 + "\n",
                "text:sha256-Gdv3aZxiBoNAKW3oJ6qYeTaX5ptRYjHNcdhlMCQfiRU=")) {
            assertThatThrownBy(() -> ContentAddress.parse(text)).as(text).isInstanceOf(NixFormatException.class);
        }
    }

    @Test
    void leadsToThePathThatNixGaveIt() {
        List<String> lines = Golden.text("content-addresses.txt").lines().toList();
        assertThat(lines).hasSize(10);
        for (String line : lines) {
            String[] parts = line.split(" ", -1);
            StoreDir storeDir = StoreDir.parse(parts[0].substring(0, parts[0].lastIndexOf('/')));
            StorePath path = StorePath.parse(storeDir, parts[0]);
            assertThat(ContentAddress.parse(parts[2])
                            .storePath(storeDir, path.name(), parts[1].equals("self"), new TreeSet<>()))
                    .as(line)
                    .contains(path);
        }
    }

    @Test
    void leadsToThePathOfADerivationWithReferences() {
        NarInfo info = NarInfoReader.read(Golden.bytes("derivation.narinfo"));
        ContentAddress address = ContentAddress.parse(info.contentAddress().orElseThrow());
        assertThat(address.storePath(StoreDir.DEFAULT, info.storePath().name(), false, info.references()))
                .contains(info.storePath());
        assertThat(address.storePath(StoreDir.DEFAULT, info.storePath().name(), false, new TreeSet<>()))
                .isPresent()
                .get()
                .isNotEqualTo(info.storePath());
    }

    @Test
    void leadsNowhereWithReferencesThatItMayNotHave() {
        TreeSet<StorePath> none = new TreeSet<>();
        TreeSet<StorePath> one = new TreeSet<>(List.of(StorePath.parseBaseName("1".repeat(32) + "-x")));
        for (String text : List.of("fixed:" + SHA256, "fixed:r:" + SHA1, "fixed:git:" + SHA1)) {
            ContentAddress address = ContentAddress.parse(text);
            assertThat(address.storePath(StoreDir.DEFAULT, "n", false, none))
                    .as(text)
                    .isPresent();
            assertThat(address.storePath(StoreDir.DEFAULT, "n", false, one))
                    .as(text)
                    .isEmpty();
            assertThat(address.storePath(StoreDir.DEFAULT, "n", true, none))
                    .as(text)
                    .isEmpty();
        }
        assertThat(ContentAddress.parse("text:" + SHA256).storePath(StoreDir.DEFAULT, "n", true, one))
                .isEmpty();
    }
}
