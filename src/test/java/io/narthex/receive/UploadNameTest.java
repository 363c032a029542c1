package io.narthex.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.nix.narinfo.Compression;
import java.util.List;
import org.junit.jupiter.api.Test;

class UploadNameTest {
    private static final String HASH = "0dfda23ry49r3kk0rwnsls9k5w39wscfrfvdd8h6pq4dhkmbq7yn";

    @Test
    void readsTheExtensionsOfNix() {
        assertThat(UploadName.parse(HASH + ".nar").compression()).isEmpty();
        assertThat(UploadName.parse(HASH + ".nar.xz").compression()).contains(Compression.XZ);
        assertThat(UploadName.parse(HASH + ".nar.bz2").compression()).contains(Compression.BZIP2);
        for (String extension : List.of("", ".xz", ".bz2", ".zst", ".lzip", ".lz4", ".br")) {
            assertThat(UploadName.parse(HASH + ".nar" + extension)).hasToString(HASH + ".nar" + extension);
        }
    }

    @Test
    void fitsWhatItNamesAndAnythingWhereItNamesNothing() {
        assertThat(UploadName.parse(HASH + ".nar.xz").fits(Compression.XZ)).isTrue();
        assertThat(UploadName.parse(HASH + ".nar.xz").fits(Compression.ZSTD)).isFalse();
        assertThat(UploadName.parse(HASH + ".nar").fits(Compression.GZIP)).isTrue();
    }

    @Test
    void refusesAnUnknownExtensionByName() {
        assertThatThrownBy(() -> UploadName.parse(HASH + ".nar.7z"))
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.UNKNOWN_COMPRESSION))
                .hasMessageContaining("'7z'");
    }

    @Test
    void refusesEveryOtherForm() {
        for (String name : List.of(
                "",
                ".nar",
                HASH,
                HASH + ".na",
                HASH + ".narxz",
                "x" + HASH + ".nar",
                HASH.substring(1) + ".nar",
                "u" + HASH.substring(1) + ".nar",
                "z".repeat(52) + ".nar",
                "../" + HASH.substring(3) + ".nar")) {
            assertThatThrownBy(() -> UploadName.parse(name))
                    .as(name)
                    .isInstanceOfSatisfying(
                            RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.BAD_NAME));
        }
    }
}
