package io.narthex.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.index.local.ReindexRuns;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.WireClient;
import io.narthex.it.WireClient.Answer;
import io.narthex.nix.store.StorePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Paths whose files are not what Nix registered: nobody gets them whole, and they are not offered until repaired. */
@ExtendWith(SharedServer.class)
class DamagedPathIT {
    /** More than the server sends at a time, so that a part is under way when the flaw is found. */
    private static final int SIZE = 1_500_000;

    private final WireClient wire = WireClient.toServer();
    private final NixStore served = NixStore.served();

    /** What went wrong with the file {@code data} of a path. */
    enum Damage {
        ONE_BYTE {
            @Override
            void to(Path file) throws IOException {
                byte[] bytes = Files.readAllBytes(file);
                bytes[SIZE / 2] ^= 1;
                Recipes.overwrite(file, bytes);
            }
        },
        LAST_BYTE {
            @Override
            void to(Path file) throws IOException {
                byte[] bytes = Files.readAllBytes(file);
                bytes[SIZE - 1] ^= 1;
                Recipes.overwrite(file, bytes);
            }
        },
        SHORTER {
            @Override
            void to(Path file) throws IOException {
                Recipes.overwrite(file, Recipes.bytes(SIZE - 100));
            }
        },
        LONGER {
            @Override
            void to(Path file) throws IOException {
                Recipes.overwrite(file, Recipes.bytes(SIZE + 100));
            }
        },
        EMPTY {
            @Override
            void to(Path file) throws IOException {
                Recipes.overwrite(file, new byte[0]);
            }
        },
        MISSING {
            @Override
            void to(Path file) throws IOException {
                Files.delete(file);
            }
        },
        A_LINK {
            @Override
            void to(Path file) throws IOException {
                Files.delete(file);
                Files.createSymbolicLink(file, Path.of("elsewhere"));
            }
        },
        EXECUTABLE {
            @Override
            void to(Path file) throws IOException {
                if (!file.toFile().setExecutable(true)) {
                    throw new IOException("cannot make it executable");
                }
            }
        },
        WITH_A_SIBLING {
            @Override
            void to(Path file) throws IOException {
                Files.writeString(file.resolveSibling("sibling"), "was not here");
            }
        };

        abstract void to(Path file) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void isBrokenOffAndThenAbsent(Damage damage) throws Exception {
        StorePath path = path("damaged-" + damage);
        String nar = nar(path);
        damage.to(data(path));

        assertThat(wire.ask("GET", nar).stream()).noneMatch(Answer::isWhole);

        assertThat(wire.get(narInfo(path)).status()).isEqualTo(404);
        assertThat(wire.get(nar).status()).isEqualTo(404);
    }

    @Test
    void isOfferedAgainOnceReindexFindsItWhole() throws Exception {
        StorePath path = path("repaired");
        String nar = nar(path);
        byte[] good = Files.readAllBytes(data(path));
        Damage.ONE_BYTE.to(data(path));
        assertThat(wire.get(nar).isWhole()).isFalse();
        new ReindexRuns().run();
        assertThat(wire.get(narInfo(path)).status()).isEqualTo(404);

        Recipes.overwrite(data(path), good);
        new ReindexRuns().run();

        assertThat(wire.get(narInfo(path)).status()).isEqualTo(200);
        assertThat(wire.get(nar).body()).isEqualTo(served.dump(path));
    }

    @Test
    void isOfferedAgainWhenNixMadeItAnew() throws Exception {
        StorePath path = path("made-anew");
        Damage.SHORTER.to(data(path));
        assertThat(wire.get(nar(path)).isWhole()).isFalse();

        served.delete(path);
        assertThat(path("made-anew")).isEqualTo(path);

        assertThat(wire.get(nar(path)).body()).isEqualTo(served.dump(path));
    }

    @ParameterizedTest
    @EnumSource(names = {"SHORTER", "MISSING"})
    void isBrokenOffInAPartToo(Damage damage) throws Exception {
        StorePath path = path("part-" + damage);
        String nar = nar(path);
        damage.to(data(path));

        assertThat(wire.ask("GET", nar, "Range: bytes=1000-").stream()).noneMatch(Answer::isWhole);

        assertThat(wire.get(narInfo(path)).status()).isEqualTo(404);
    }

    @Test
    void isNotWrongOnlyBecauseAClientWentAway() throws Exception {
        StorePath path = path("left");
        String nar = nar(path);
        wire.abandon(nar);

        assertThat(wire.get(nar).isWhole()).isTrue();
    }

    @Test
    void isAbsentWhileItsFilesAreGoneAndBackWithThem() throws Exception {
        StorePath path = path("gone");
        Path aside = served.locate(path).resolveSibling("aside-" + path.hash());
        Files.move(served.locate(path), aside);
        assertThat(wire.get(narInfo(path)).status()).isEqualTo(404);
        assertThat(wire.get("/nar/" + path.hash() + ".nar").status()).isEqualTo(404);

        Files.move(aside, served.locate(path));

        assertThat(wire.get(nar(path)).isWhole()).isTrue();
    }

    private StorePath path(String name) throws IOException {
        Path tree = Files.createDirectories(served.scratch().resolve(name));
        Files.write(tree.resolve("data"), Recipes.bytes(SIZE));
        Files.writeString(tree.resolve("name"), name);
        StorePath path = served.add(tree);
        Recipes.open(served.locate(path));
        return path;
    }

    /** Where its NAR is, as the narinfo says. */
    private String nar(StorePath path) throws IOException {
        return "/"
                + wire.get(narInfo(path))
                        .text()
                        .lines()
                        .filter(l -> l.startsWith("URL: "))
                        .findFirst()
                        .orElseThrow()
                        .substring(5);
    }

    private static String narInfo(StorePath path) {
        return "/" + path.hash() + ".narinfo";
    }

    private Path data(StorePath path) {
        return served.locate(path).resolve("data");
    }
}
