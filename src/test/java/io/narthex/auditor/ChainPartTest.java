package io.narthex.auditor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ChainPartTest {
    @Test
    void walksSealsThenEventsThenTheNextChain() {
        ChainPart part = ChainPart.FIRST;
        assertThat(part).hasToString("0/seals/0");
        part = part.then(20_000L);
        assertThat(part).hasToString("0/seals/20000");
        part = part.then(null);
        assertThat(part).hasToString("0/events/0");
        part = part.then(17L);
        assertThat(part).hasToString("0/events/17");
        assertThat(part.then(null)).hasToString("1/seals/0");
    }

    @Test
    void goesOnWhereItWas() {
        assertThat(ChainPart.parse("7/events/17")).isEqualTo(new ChainPart(7, false, 17));
        assertThat(ChainPart.parse("7/seals/20000")).isEqualTo(new ChainPart(7, true, 20_000));
    }

    @Test
    void goesOnWhereAnOlderVersionWas() {
        assertThat(ChainPart.parse("7")).isEqualTo(ChainPart.first(8));
    }
}
