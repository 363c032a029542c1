package io.narthex.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.cache.ForeignSignatures;
import io.narthex.nix.Golden;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.narinfo.NarInfoReader;
import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.Signature;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignaturePolicyTest {
    /** Signed by both keys. */
    private static final String BOTH = Golden.text("derivation.narinfo");

    private static final PublicKey GOLDEN =
            PublicKey.parse(Golden.text("public.key").strip());
    private static final PublicKey OTHER =
            PublicKey.parse(Golden.text("other.public.key").strip());
    private static final PublicKey STRANGER = new PublicKey("stranger-1", OTHER.bytes());

    private static NarInfo info(String text) {
        return NarInfoReader.read(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Both signatures stand, and neither covers it. */
    private static NarInfo falselySigned() {
        return info(BOTH.replaceFirst("NarSize: [0-9]+", "NarSize: 1"));
    }

    private static List<String> kept(ForeignSignatures foreign, List<PublicKey> made, List<PublicKey> trusted) {
        return new SignaturePolicy(foreign, made, List.of(), trusted)
                .keep(info(BOTH)).stream().map(Signature::keyName).toList();
    }

    @Test
    void keepsForeignOnesAndLeavesOutItsOwn() {
        assertThat(kept(ForeignSignatures.KEEP, List.of(), List.of())).containsExactly(GOLDEN.name(), OTHER.name());
        assertThat(kept(ForeignSignatures.KEEP, List.of(GOLDEN), List.of())).containsExactly(OTHER.name());
    }

    @Test
    void dropsForeignOnes() {
        assertThat(kept(ForeignSignatures.DROP, List.of(GOLDEN), List.of(OTHER)))
                .isEmpty();
    }

    @Test
    void wantsOneByATrustedKey() {
        assertThat(kept(ForeignSignatures.REQUIRE_TRUSTED, List.of(), List.of(STRANGER, OTHER)))
                .containsExactly(GOLDEN.name(), OTHER.name());
        assertThatThrownBy(() -> kept(ForeignSignatures.REQUIRE_TRUSTED, List.of(), List.of(STRANGER)))
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.NOT_TRUSTED))
                .hasMessageContaining("stranger-1");
        assertThatThrownBy(() -> kept(ForeignSignatures.REQUIRE_TRUSTED, List.of(), List.of()))
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.NOT_TRUSTED));
    }

    @Test
    void refusesAFalseOneInTheNameOfAKnownKey() {
        NarInfo info = falselySigned();
        for (ForeignSignatures foreign : ForeignSignatures.values()) {
            assertThatThrownBy(() -> new SignaturePolicy(foreign, List.of(GOLDEN), List.of(), List.of()).keep(info))
                    .isInstanceOfSatisfying(
                            RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.FALSE_SIGNATURE))
                    .hasMessageContaining(GOLDEN.name());
        }
        for (ForeignSignatures foreign : List.of(ForeignSignatures.KEEP, ForeignSignatures.REQUIRE_TRUSTED)) {
            assertThatThrownBy(() -> new SignaturePolicy(foreign, List.of(), List.of(), List.of(OTHER)).keep(info))
                    .isInstanceOfSatisfying(
                            RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.FALSE_SIGNATURE))
                    .hasMessageContaining(OTHER.name());
        }
        assertThat(new SignaturePolicy(ForeignSignatures.DROP, List.of(), List.of(), List.of(OTHER)).keep(info))
                .isEmpty();
    }

    @Test
    void takesASignatureByAnotherKeyThatHasTheNameOfAnImportedOne() {
        PublicKey namesake = new PublicKey(GOLDEN.name(), OTHER.bytes());
        SignaturePolicy policy = new SignaturePolicy(ForeignSignatures.KEEP, List.of(), List.of(namesake), List.of());

        assertThat(policy.keep(info(BOTH))).extracting(Signature::keyName).containsExactly(GOLDEN.name(), OTHER.name());
        assertThat(new SignaturePolicy(ForeignSignatures.KEEP, List.of(), List.of(GOLDEN), List.of()).keep(info(BOTH)))
                .extracting(Signature::keyName)
                .containsExactly(OTHER.name());
    }

    @Test
    void trustsAKeyThatTheCacheSignsByItself() {
        assertThat(new SignaturePolicy(ForeignSignatures.REQUIRE_TRUSTED, List.of(), List.of(GOLDEN), List.of(GOLDEN))
                        .keep(info(BOTH)))
                .extracting(Signature::keyName)
                .containsExactly(OTHER.name());
    }

    @Test
    void keepsWhatItCannotJudge() {
        assertThat(new SignaturePolicy(ForeignSignatures.KEEP, List.of(), List.of(), List.of(STRANGER))
                        .keep(falselySigned()))
                .hasSize(2);
    }

    @Test
    void takesAKeyOfTheSameNameThatVerifies() {
        PublicKey impostor = new PublicKey(OTHER.name(), GOLDEN.bytes());
        assertThat(kept(ForeignSignatures.REQUIRE_TRUSTED, List.of(), List.of(impostor, OTHER)))
                .hasSize(2);
    }

    @Test
    void mergesUpToTheLimit() {
        List<Signature> many = new ArrayList<>();
        for (int i = 0; i < SignaturePolicy.MAX_SIGNATURES; i++) {
            many.add(new Signature("key-" + i, new byte[64]));
        }
        assertThat(SignaturePolicy.merge(many, many.reversed()))
                .hasSize(SignaturePolicy.MAX_SIGNATURES)
                .isSorted();
        List<Signature> one = List.of(new Signature("one-more", new byte[64]));
        assertThatThrownBy(() -> SignaturePolicy.merge(many, one))
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.TOO_MANY_SIGNATURES));
    }

    @Test
    void refusesMoreThanTheLimitAtOnce() {
        StringBuilder text = new StringBuilder(BOTH);
        for (int i = 0; i < SignaturePolicy.MAX_SIGNATURES; i++) {
            text.append("Sig: ").append(new Signature("key-" + i, new byte[64])).append('\n');
        }
        assertThatThrownBy(() -> new SignaturePolicy(ForeignSignatures.DROP, List.of(), List.of(), List.of())
                        .keep(info(text.toString())))
                .isInstanceOfSatisfying(
                        RefusedException.class, x -> assertThat(x.refusal()).isEqualTo(Refusal.TOO_MANY_SIGNATURES))
                .hasMessageContaining("64");
    }
}
