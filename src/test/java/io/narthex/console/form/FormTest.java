package io.narthex.console.form;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormTest {
    private static FormJson typed(Map<String, String> fields) {
        return new FormJson(name -> fields.getOrDefault(name, ""));
    }

    private static String json(FormJson form) {
        return new String(form.bytes(), StandardCharsets.UTF_8);
    }

    @Test
    void becomesTheBodyOfAPut() {
        FormJson inner = typed(Map.of("age", "7")).number("age").lines("keys");
        FormJson form = typed(Map.of("name", " x ", "list", " a \r\n\r\nb", "box", "on", "on-pull", "on"))
                .text("name")
                .text("empty")
                .lines("list")
                .box("box")
                .box("other")
                .boxes("on", List.of("pull", "push"))
                .object("gates", inner);
        assertThat(json(form))
                .isEqualTo("{\"name\":\"x\",\"empty\":null,\"list\":[\"a\",\"b\"],\"box\":true,\"other\":false,"
                        + "\"on\":[\"pull\"],\"gates\":{\"age\":7,\"keys\":[]}}");
    }

    @ParameterizedTest
    @CsvSource({"'',null", "7,7", "0x7,'\"0x7\"'", "-7,'\"-7\"'", "9999999999999999999,'\"9999999999999999999\"'"})
    void leavesWhatIsNoNumberToWhoSaysWhatItShouldBe(String text, String json) {
        assertThat(json(typed(Map.of("n", text)).number("n"))).isEqualTo("{\"n\":" + json + "}");
    }

    @Test
    void readsPairsOfWhichSeveralMayHaveOneName() {
        String lines = "ref = refs/heads/main\nref=refs/tags/*\nsub=a=b\nref_protected\n=x";
        assertThat(json(typed(Map.of("claims", lines)).pairs("claims")))
                .isEqualTo("{\"claims\":{\"ref\":[\"refs/heads/main\",\"refs/tags/*\"],\"sub\":[\"a=b\"],"
                        + "\"ref_protected\":[],\"\":[\"x\"]}}");
    }

    @ParameterizedTest
    @CsvSource({
        "500 GiB,    536870912000",
        "500gib,     536870912000",
        "1.5 KiB,    1536",
        "1000,       1000",
        "7 B,        7",
        "1 TiB,      1099511627776",
        "500 GB,     500 GB",
        "lots,       lots",
        "-1 KiB,     -1 KiB"
    })
    void readsSizesWithUnits(String text, String bytes) {
        assertThat(SizeText.bytes(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1023, 1024, 1025, 1_000_000, 3L << 40, 1L << 50, Long.MAX_VALUE})
    void writesSizesThatMeanTheSameWhenTheyAreReadAgain(long bytes) {
        assertThat(SizeText.bytes(SizeText.of(bytes))).isEqualTo(Long.toString(bytes));
    }

    @Test
    void keepsWhatWasTypedWhereItWasRefused() {
        Map<String, String> now = Map.of("priority", "30", "publish", "on", "entry", "push");
        FormValues shown = new FormValues(false, name -> "typed", now);
        assertThat(shown.text("priority")).isEqualTo("30");
        assertThat(shown.ticked("publish")).isEqualTo("checked");
        assertThat(shown.getOpen()).isNull();
        FormValues refused = new FormValues(true, name -> name.equals("priority") ? "many" : "", now);
        assertThat(refused.text("priority")).isEqualTo("many");
        assertThat(refused.ticked("publish")).isNull();
        assertThat(refused.getOpen()).isEqualTo("open");
        assertThat(shown.choices("entry", "push:pushed,promotion:promoted"))
                .containsExactly(Choice.of("push", "pushed", true), Choice.of("promotion", "promoted", false));
    }
}
