package io.narthex.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.configuration.AddressBlock;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForwardedForTest {
    private final ForwardedFor forwarded = new ForwardedFor(
            List.of(AddressBlock.parse("127.0.0.0/8"), AddressBlock.parse("::1"), AddressBlock.parse("fd00::/8")));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        203.0.113.9                              | 203.0.113.9
        6.6.6.6, 203.0.113.9, 127.0.0.1          | 203.0.113.9
        6.6.6.6;203.0.113.9, fd00::5             | 203.0.113.9
        2001:db8::1, fd12:3456::1                | 2001:db8:0:0:0:0:0:1
        ::ffff:203.0.113.9, ::1                  | 203.0.113.9
        127.0.0.2, 127.0.0.1                     | 127.0.0.2
        unknown, 127.0.0.1                       | 127.0.0.1
        203.0.113.9:4711                         | none
        localhost                                | none
        1.2                                      | none
        ' '                                      | none
        """)
    void takesTheRightmostAddressThatIsNoProxy(String values, String client) {
        assertThat(forwarded
                        .client(Arrays.asList(values.split(";", -1)))
                        .map(InetAddress::getHostAddress)
                        .orElse("none"))
                .isEqualTo(client);
    }

    @Test
    void trustsNobodyByDefault() {
        assertThat(new ForwardedFor(List.of()).trusts(InetAddress.getLoopbackAddress()))
                .isFalse();
    }
}
