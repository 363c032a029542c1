package io.narthex.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.nix.Golden;
import io.narthex.nix.hash.NixHash;
import io.narthex.nix.narinfo.Compression;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublishPolicyTest {
    private static final String FIXED = Golden.text("fixed.narinfo");
    private static final String REFERENCES = Golden.text("references.narinfo");
    private static final String DERIVATION = Golden.text("derivation.narinfo");
    private static final String ZEROS = "sha256:" + "0".repeat(52);

    private static NarInfo info(String text) {
        return NarInfoReader.read(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** What is so where a narinfo of Nix says it. */
    private static NarFacts truthOf(NarInfo info, Optional<NixHash> contentsHash) {
        return new NarFacts(
                info.fileHash().orElseThrow(),
                info.fileSize().orElseThrow(),
                info.narHash(),
                info.narSize(),
                Compression.named(info.compression()).orElseThrow(),
                contentsHash);
    }

    private static void check(NarInfo info, NarFacts facts) {
        PublishPolicy.checkTrue(StoreDir.DEFAULT, info.storePath().hash(), info, facts);
    }

    /** The golden one with one line replaced, against the truth of the golden one. */
    private static void checkChanged(String golden, String field, String value) {
        check(changed(golden, field, value), truthOf(info(golden), Optional.empty()));
    }

    private static NarInfo changed(String golden, String field, String value) {
        String changed = golden.replaceAll("(?m)^" + field + ": .*\n", "");
        return info(value.isEmpty() ? changed : changed + field + ": " + value + '\n');
    }

    @Test
    void takesWhatNixWrites() {
        check(info(FIXED), truthOf(info(FIXED), Optional.empty()));
        check(info(REFERENCES), truthOf(info(REFERENCES), Optional.empty()));
        check(info(DERIVATION), truthOf(info(DERIVATION), Optional.of(addressOf(DERIVATION))));
    }

    private static NixHash addressOf(String golden) {
        String address = info(golden).contentAddress().orElseThrow();
        return NixHash.parse(address.substring(address.indexOf("sha256")));
    }

    @ParameterizedTest
    @CsvSource({
        "NarHash, sha256:0000000000000000000000000000000000000000000000000000",
        "NarSize, 2497",
        "FileHash, sha256:0000000000000000000000000000000000000000000000000000",
        "FileHash, sha1:00000000000000000000000000000000",
        "FileSize, 1371",
        "Compression, zstd",
        "Compression, ''",
        "URL, nar/0000000000000000000000000000000000000000000000000000.nar.xz",
        "URL, nar/031zy6djkrjc4wqgn1dqinvh6f4apg3981qxy5d283vrc7nppfw8.nar.zst",
        "URL, nar/031zy6djkrjc4wqgn1dqinvh6f4apg3981qxy5d283vrc7nppfw8.nar.xz?x=1",
        "URL, /nar/031zy6djkrjc4wqgn1dqinvh6f4apg3981qxy5d283vrc7nppfw8.nar.xz",
        "URL, https://example.com/nar/031zy6djkrjc4wqgn1dqinvh6f4apg3981qxy5d283vrc7nppfw8.nar.xz",
        "URL, ../nar/031zy6djkrjc4wqgn1dqinvh6f4apg3981qxy5d283vrc7nppfw8.nar.xz",
        "References, 95l586vwsrxl5pgkic3aisi5y2i985dg-another-name",
        "CA, fixed:r:sha256:0yr1c57id1y7sdy184xsnflqz6c794n62smdjhw3340672a0wsjc",
        "CA, fixed:sha256:0yr1c57id1y7sdy184xsnflqz6c794n62smdjhw3340672a0wsjc",
    })
    void refusesALieByTheNameOfItsField(String field, String value) {
        assertThatThrownBy(() -> checkChanged(REFERENCES, field, value))
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.UNTRUE))
                .hasMessageMatching(field + " of the narinfo is wrong: it says .*, true is .+");
    }

    @ParameterizedTest
    @CsvSource({
        "FileHash, ''",
        "FileSize, ''",
        "Deriver, 95l586vwsrxl5pgkic3aisi5y2i985dg-x.drv",
        "References, 95l586vwsrxl5pgkic3aisi5y2i985dg-closure-x-30",
        "URL, nar/031zy6djkrjc4wqgn1dqinvh6f4apg3981qxy5d283vrc7nppfw8.nar",
    })
    void takesWhatIsNoLie(String field, String value) {
        assertThatCode(() -> checkChanged(REFERENCES, field, value)).doesNotThrowAnyException();
    }

    @Test
    void refusesAnotherPathOrStoreThanAsked() {
        NarInfo info = info(FIXED);
        NarFacts facts = truthOf(info, Optional.empty());
        assertThatThrownBy(() ->
                        PublishPolicy.checkTrue(StoreDir.DEFAULT, StorePathHash.parse("0".repeat(32)), info, facts))
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.UNTRUE))
                .hasMessageStartingWith("StorePath of the narinfo is wrong");
        assertThatThrownBy(() -> PublishPolicy.checkTrue(
                        StoreDir.parse("/other/store"), info.storePath().hash(), info, facts))
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.UNTRUE))
                .hasMessageMatching(".*, true is .*/other/store.*");
    }

    @Test
    void recomputesTheAddressFromTheBytes() {
        NixHash other = NixHash.parse(ZEROS);
        NarInfo text = info(DERIVATION);
        untrueAddress(text, truthOf(text, Optional.of(other)));
        untrueAddress(text, truthOf(text, Optional.empty()));
        untrueAddress(changed(DERIVATION, "References", ""), truthOf(text, Optional.of(addressOf(DERIVATION))));
        NarInfo lie = info(FIXED.replaceAll("(?m)^NarHash: .*$", "NarHash: " + ZEROS));
        untrueAddress(lie, truthOf(lie, Optional.empty()));
        untrueAddress(changed(FIXED, "CA", "fixed:r:" + ZEROS), truthOf(info(FIXED), Optional.empty()));
    }

    private static void untrueAddress(NarInfo info, NarFacts facts) {
        assertThatThrownBy(() -> check(info, facts))
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.UNTRUE))
                .hasMessageStartingWith("CA of the narinfo is wrong");
    }

    @Test
    void takesTheAddressOfANarThatRefersToItselfByItsPathAlone() {
        StoreDir storeDir = StoreDir.parse("/tmp/rg/st");
        StorePath path = StorePath.parseBaseName("wn47h75z3jh34c7hgdv4lv537w156ma3-self");
        String text = "StorePath: " + path.toString(storeDir) + "\nURL: nar/" + "0".repeat(52) + ".nar\n"
                + "Compression: none\nNarHash: " + ZEROS + "\nNarSize: 168\nReferences: " + path
                + "\nCA: fixed:r:sha256:1hhxpy4bl56hps0das8pq0iqrhmvkwmzpikyzhrn9xbmwsq6vyij\n";
        NarFacts facts =
                new NarFacts(NixHash.parse(ZEROS), 168, NixHash.parse(ZEROS), 168, Compression.NONE, Optional.empty());
        assertThatCode(() -> PublishPolicy.checkTrue(storeDir, path.hash(), info(text), facts))
                .doesNotThrowAnyException();
        assertThat(PublishPolicy.otherReferences(info(text))).isEmpty();
    }

    @Test
    void wantsAllReferencesButThePathItself() {
        NarInfo info = info(REFERENCES);
        assertThat(PublishPolicy.otherReferences(info)).hasSize(30).isEqualTo(info.references());
    }

    @ParameterizedTest
    @CsvSource({
        "StorePath, /nix/store/95l586vwsrxl5pgkic3aisi5y2i985dg-closure-y",
        "NarHash, sha256:0000000000000000000000000000000000000000000000000000",
        "NarSize, 2497",
        "References, 1psxilh0jv8gqabpfs6hk7pbxq0cid7l-postgresql-common-248+deb12u1",
    })
    void findsAConflictAndNamesBoth(String field, String value) {
        assertThatThrownBy(() -> PublishPolicy.checkSame(info(REFERENCES), changed(REFERENCES, field, value)))
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.CONFLICT))
                .hasMessageMatching(
                        "the path is published here with another " + field + ": it has (.*), pushed was (?!\\1$).*");
    }

    @ParameterizedTest
    @CsvSource({
        "URL, nar/0000000000000000000000000000000000000000000000000000.nar.zst",
        "Compression, zstd",
        "FileHash, sha256:0000000000000000000000000000000000000000000000000000",
        "FileSize, 7",
        "Deriver, ''",
        "Sig, ''",
    })
    void findsNoConflictInAnotherFileOfTheSameNar(String field, String value) {
        assertThatCode(() -> PublishPolicy.checkSame(info(REFERENCES), changed(REFERENCES, field, value)))
                .doesNotThrowAnyException();
    }

    /** Who pushes without one does not know it, which is not to say that there is another. */
    @Test
    void findsAConflictOnlyInAnotherContentAddress() {
        NarInfo without = changed(FIXED, "CA", "");
        NarInfo other = changed(FIXED, "CA", "fixed:r:" + ZEROS);

        assertThatCode(() -> PublishPolicy.checkSame(info(FIXED), without)).doesNotThrowAnyException();
        assertThatCode(() -> PublishPolicy.checkSame(without, info(FIXED))).doesNotThrowAnyException();
        assertThatThrownBy(() -> PublishPolicy.checkSame(info(FIXED), other))
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.CONFLICT))
                .hasMessageContaining("another CA: ");
    }
}
