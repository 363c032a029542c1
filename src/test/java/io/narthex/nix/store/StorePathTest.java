package io.narthex.nix.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.nix.hash.NixFormatException;
import java.util.List;
import org.junit.jupiter.api.Test;

class StorePathTest {
    private static final String HASH = "00bgd045z0d4icpbc2yyz4gx48ak44la";

    @Test
    void readsAndWritesAFullPath() {
        StorePath path = StorePath.parse(StoreDir.DEFAULT, "/nix/store/" + HASH + "-net-tools-1.60");
        assertThat(path.name()).isEqualTo("net-tools-1.60");
        assertThat(path.hash()).isEqualTo(StorePathHash.parse(HASH));
        assertThat(path.baseName()).isEqualTo(HASH + "-net-tools-1.60").isEqualTo(path.toString());
        assertThat(path.toString(new StoreDir("/gnu/store"))).isEqualTo("/gnu/store/" + path.baseName());
    }

    @Test
    void takesEveryNameThatNixTakes() {
        for (String name : List.of(
                "a", "-", "_", "=", "?", "+", "1-0", "a.b", ".a", "..a", "...", ".a-b", "foo.", "a".repeat(211))) {
            assertThat(StorePath.parseBaseName(HASH + "-" + name).name()).isEqualTo(name);
        }
    }

    @Test
    void refusesEveryNameThatNixRefuses() {
        for (String name : List.of(
                "",
                ".",
                "..",
                ".-",
                "..-",
                ".-a",
                "..-a",
                "a/b",
                "a b",
                "a\n",
                "a\0",
                "a*",
                "\u00e9",
                "a".repeat(212))) {
            assertThatThrownBy(() -> StorePath.parseBaseName(HASH + "-" + name))
                    .as(name)
                    .isInstanceOf(NixFormatException.class);
        }
    }

    @Test
    void refusesEveryCharacterOutsideNixsList() {
        String allowed = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-._?=";
        for (char c = 0; c < 0x300; c++) {
            String name = "a" + c;
            if (allowed.indexOf(c) >= 0) {
                assertThat(new StorePath(StorePathHash.parse(HASH), name).name())
                        .isEqualTo(name);
            } else {
                assertThatThrownBy(() -> new StorePath(StorePathHash.parse(HASH), name))
                        .isInstanceOf(NixFormatException.class);
            }
        }
    }

    @Test
    void refusesPathsOutsideTheStore() {
        String base = HASH + "-a";
        for (String path : List.of(
                base,
                "/nix/store",
                "/nix/store/",
                "/nix/store" + base,
                "/gnu/store/" + base,
                "/nix/store//" + base,
                "/nix/store/" + base + "/bin",
                "/nix/store/../store/" + base,
                "/nix/store/x/../" + base)) {
            assertThatThrownBy(() -> StorePath.parse(StoreDir.DEFAULT, path))
                    .as(path)
                    .isInstanceOf(NixFormatException.class);
        }
    }

    @Test
    void refusesABaseNameWithoutHashOrDash() {
        for (String text : List.of("", HASH, HASH + "-", HASH + "a-b", "e" + HASH.substring(1) + "-a", "-" + HASH)) {
            assertThatThrownBy(() -> StorePath.parseBaseName(text)).as(text).isInstanceOf(NixFormatException.class);
        }
    }

    @Test
    void isOrderedAsItsBaseName() {
        List<StorePath> sorted =
                List.of("1" + HASH.substring(1) + "-b", HASH + "-a-b", HASH + "-a", HASH + "-Z", HASH + "-a.b").stream()
                        .map(StorePath::parseBaseName)
                        .sorted()
                        .toList();
        assertThat(sorted).extracting(StorePath::baseName).isSorted();
    }

    @Test
    void knowsADerivation() {
        assertThat(StorePath.parseBaseName(HASH + "-a.drv").isDerivation()).isTrue();
        assertThat(StorePath.parseBaseName(HASH + "-a").isDerivation()).isFalse();
    }
}
