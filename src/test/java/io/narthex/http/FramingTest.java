package io.narthex.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FramingTest {
    private static HeaderMap codings(String... values) {
        HeaderMap headers = new HeaderMap();
        for (String value : values) {
            headers.add(Headers.TRANSFER_ENCODING, value);
        }
        return headers;
    }

    private static HeaderMap lengths(String... values) {
        HeaderMap headers = new HeaderMap();
        for (String value : values) {
            headers.add(Headers.CONTENT_LENGTH, value);
        }
        return headers;
    }

    @ParameterizedTest
    @ValueSource(strings = {"chunked", "Chunked", "CHUNKED"})
    void takesChunkedAlone(String coding) {
        assertThat(Framing.fault(codings(coding), true)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "identity",
                "gzip",
                "gzip, chunked",
                "chunked, gzip",
                "chunked, chunked",
                "chunked,",
                ",chunked",
                "xchunked",
                "chunkedx",
                "chunked;q=1",
                "\"chunked\"",
                "\u000bchunked",
                "chun ked"
            })
    void refusesAnyOtherCoding(String coding) {
        assertThat(Framing.fault(codings(coding), true)).isNotNull();
    }

    @Test
    void refusesTwoHeadersThatOneProxyWouldJoinAndAnotherNot() {
        assertThat(Framing.fault(codings("chunked", "chunked"), true)).isNotNull();
        assertThat(Framing.fault(codings("gzip", "chunked"), true)).isNotNull();
        assertThat(Framing.fault(lengths("5", "5"), true)).isNotNull();
    }

    @Test
    void refusesACodingBesideALengthOrInAnOlderRequest() {
        HeaderMap both = codings("chunked");
        both.add(Headers.CONTENT_LENGTH, "5");

        assertThat(Framing.fault(both, true)).isNotNull();
        assertThat(Framing.fault(codings("chunked"), false)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "5", "005", "999999999999999999"})
    void takesALengthOfDigits(String length) {
        assertThat(Framing.fault(lengths(length), true)).isNull();
        assertThat(Framing.fault(lengths(length), false)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "+5", "-1", "5, 5", "5,5", "0x5", "5 5", "\u0665", "9999999999999999999"})
    void refusesALengthThatIsNone(String length) {
        assertThat(Framing.fault(lengths(length), true)).isNotNull();
    }

    @Test
    void takesARequestWithoutABody() {
        assertThat(Framing.fault(new HeaderMap(), true)).isNull();
        assertThat(Framing.fault(new HeaderMap(), false)).isNull();
    }
}
