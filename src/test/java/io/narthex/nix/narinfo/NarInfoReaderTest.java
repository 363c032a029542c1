package io.narthex.nix.narinfo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.narthex.nix.Golden;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class NarInfoReaderTest {
    private static final String REAL = Golden.text("cache.nixos.org.narinfo");

    private static NarInfo read(String text) {
        return NarInfoReader.read(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String without(String key) {
        return REAL.replaceFirst("(?m)^" + key + ": .*\n", "");
    }

    private static void assertRefused(String text, String subject) {
        NixFormatException refusal = catchThrowableOfType(NixFormatException.class, () -> read(text));
        assertThat(refusal).as(text).isNotNull();
        assertThat(refusal.subject()).isEqualTo(subject);
    }

    @Test
    void readsEveryField() {
        NarInfo info = read(REAL + "CA: fixed:r:sha256:0lxjvvpr59c2mdram7ympy5ay741f180kv3349hvfc3f8nrmbqf6\n");
        assertThat(info.storeDir()).isEqualTo(StoreDir.DEFAULT);
        assertThat(info.storePath().baseName())
                .isEqualTo("00bgd045z0d4icpbc2yyz4gx48ak44la-net-tools-1.60_p20170221182432");
        assertThat(info.url()).isEqualTo("nar/1094wph9z4nwlgvsd53abfz8i117ykiv5dwnq9nnhz846s7xqd7d.nar.xz");
        assertThat(info.compression()).isEqualTo("xz");
        assertThat(info.fileHash())
                .contains(NixHash.parse("sha256:1094wph9z4nwlgvsd53abfz8i117ykiv5dwnq9nnhz846s7xqd7d"));
        assertThat(info.fileSize()).hasValue(114980);
        assertThat(info.narHash().nix32()).isEqualTo("0lxjvvpr59c2mdram7ympy5ay741f180kv3349hvfc3f8nrmbqf6");
        assertThat(info.narSize()).isEqualTo(464152);
        assertThat(info.references())
                .containsExactly(StorePath.parseBaseName("7gx4kiv5m0i7d7qkixq2cwzbr10lvxwc-glibc-2.27"));
        assertThat(info.deriver().map(StorePath::name)).contains("net-tools-1.60_p20170221182432.drv");
        assertThat(info.signatures()).hasSize(1);
        assertThat(info.contentAddress())
                .contains("fixed:r:sha256:0lxjvvpr59c2mdram7ympy5ay741f180kv3349hvfc3f8nrmbqf6");
    }

    @Test
    void readsOverUnknownFieldsAndSystem() {
        assertThat(read("X-Own: caf\u00e9 \u540d\n" + REAL + "System: x86_64-linux\nEmpty: \n"))
                .isEqualTo(read(REAL));
    }

    @Test
    void takesTheFieldsInAnyOrder() {
        List<String> lines = REAL.lines().toList();
        assertThat(read(String.join("\n", lines.reversed()) + "\n")).isEqualTo(read(REAL));
    }

    @Test
    void skipsOneCharacterBehindTheColonWhateverItIs() {
        assertThat(read(REAL.replace("URL: ", "URL:\t"))).isEqualTo(read(REAL));
    }

    @Test
    void readsHashesInEveryEncoding() {
        NixHash hash = read(REAL).narHash();
        for (String spelling :
                List.of(hash.toBase16(), hash.toSri(), "sha256:" + hash.toSri().substring(7))) {
            assertThat(read(REAL.replace(hash.toNix32(), spelling)).narHash()).isEqualTo(hash);
        }
    }

    @Test
    void takesAMissingCompressionAsBzip2() {
        assertThat(read(without("Compression")).compression()).isEqualTo("bzip2");
        assertThat(read(REAL.replace("Compression: xz", "Compression: ")).compression())
                .isEqualTo("bzip2");
    }

    @Test
    void takesWhatNixCanDoWithout() {
        NarInfo info = read(without("FileHash")
                .replaceFirst("FileSize: .*\n", "")
                .replaceFirst("References: .*\n", "")
                .replaceFirst("Deriver: .*\n", "")
                .replaceFirst("Sig: .*\n", ""));
        assertThat(info.fileHash()).isEmpty();
        assertThat(info.fileSize()).isEqualTo(OptionalLong.empty());
        assertThat(info.references()).isEmpty();
        assertThat(info.deriver()).isEqualTo(Optional.empty());
        assertThat(info.signatures()).isEmpty();
        assertThat(info.contentAddress()).isEmpty();
    }

    @Test
    void takesUnknownDeriverAndFileSizeZeroAsNotKnown() {
        assertThat(read(REAL.replaceFirst("Deriver: .*", "Deriver: unknown-deriver"))
                        .deriver())
                .isEmpty();
        assertThat(read(REAL.replaceFirst("FileSize: .*", "FileSize: 0")).fileSize())
                .isEmpty();
    }

    @Test
    void readsAnotherStoreDirectory() {
        assertThat(read(REAL.replace("/nix/store", "/gnu/store")).storeDir()).isEqualTo(new StoreDir("/gnu/store"));
    }

    @Test
    void keepsSignaturesSortedAndDistinct() {
        String sig = REAL.substring(REAL.indexOf("Sig: "));
        String other = sig.replace("cache.nixos.org-1", "a-1");
        NarInfo info = read(REAL + sig + other + sig);
        assertThat(info.signatures()).extracting(s -> s.keyName()).containsExactly("a-1", "cache.nixos.org-1");
    }

    @Test
    void refusesWhatNixCannotDoWithout() {
        for (String key : List.of("StorePath", "URL", "NarHash", "NarSize")) {
            assertRefused(without(key), key);
            assertRefused(REAL.replaceFirst("(?m)^" + key + ": .*", key + ": "), key);
        }
    }

    @Test
    void refusesAFieldGivenTwice() {
        for (String key : List.of("StorePath", "NarHash", "NarSize", "References", "URL", "Deriver")) {
            String line = REAL.lines()
                    .filter(l -> l.startsWith(key + ": "))
                    .findFirst()
                    .orElseThrow();
            assertRefused(REAL + line + "\n", key);
        }
        assertRefused(REAL + "CA: text:sha256:x\nCA: text:sha256:x\n", "CA");
    }

    @Test
    void refusesBrokenLines() {
        assertRefused(REAL + "\n", "narinfo");
        assertRefused(REAL + "no colon\n", "narinfo");
        assertRefused(REAL.stripTrailing(), "narinfo");
        assertRefused(REAL.replaceFirst("References: .*", "References:"), "narinfo");
        assertThatThrownBy(() -> read(REAL.replace("\n", "\r\n"))).isInstanceOf(NixFormatException.class);
        assertThatThrownBy(() -> read("")).isInstanceOf(NixFormatException.class);
        assertThatThrownBy(() -> read("<html>")).isInstanceOf(NixFormatException.class);
    }

    @Test
    void refusesJunkInEachField() {
        assertRefused(REAL.replace("/nix/store/00b", "/nix/store/../00b"), "StorePath");
        assertRefused(REAL.replace("/nix/store/00bgd", "00bgd"), "StorePath");
        assertRefused(REAL.replace("URL: nar/", "URL: nar /"), "URL");
        assertRefused(REAL.replace("Compression: xz", "Compression: xy"), "Compression");
        assertRefused(REAL.replace("FileSize: 114980", "FileSize: -1"), "FileSize");
        assertRefused(REAL.replace("NarSize: 464152", "NarSize: 0"), "NarSize");
        assertRefused(REAL.replace("NarSize: 464152", "NarSize: 9999999999999999999"), "NarSize");
        assertRefused(REAL.replace("NarSize: 464152", "NarSize: +1"), "NarSize");
        assertRefused(REAL.replace("NarHash: sha256:0", "NarHash: sha256:"), "NarHash");
        assertRefused(REAL.replaceFirst("NarHash: .*", "NarHash: md5:" + "0".repeat(26)), "NarHash");
        assertRefused(REAL.replace("References: 7", "References: /nix/store/7"), "References");
        assertRefused(REAL.replace("Deriver: 1", "Deriver: /nix/store/1"), "Deriver");
        assertRefused(REAL + "CA: nonsense\n", "CA");
    }

    @Test
    void refusesAJunkSignatureByName() {
        assertRefused(REAL + "Sig: junk\n", "Sig");
        assertRefused(REAL + "Sig: a:junk\n", "Sig");
        assertRefused(REAL + "Sig: \n", "Sig");
    }

    @Test
    void refusesWhatIsTooLarge() {
        assertRefused(REAL + "X: " + "x".repeat(NarInfoReader.MAX_BYTES) + "\n", "narinfo");
        assertRefused(REAL + REAL.substring(REAL.indexOf("Sig: ")).repeat(256), "Sig");
    }
}
