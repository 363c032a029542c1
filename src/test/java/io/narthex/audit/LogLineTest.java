package io.narthex.audit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogLineTest {
    @Test
    void isOneLineWhateverTheValuesAre() {
        assertThat(new LogLine("audit")
                        .add("path", "a-b_c.d+e?")
                        .add("tenant", null)
                        .add("address", "fe80::1")
                        .add("note", "it's \"mine\"\nevent=audit action=forged \\")
                        .toString())
                .isEqualTo("event=audit path=\"a-b_c.d+e?\" address=fe80::1"
                        + " note=\"it's \\\"mine\\\"\\u000aevent=audit action=forged \\\\\"");
    }
}
