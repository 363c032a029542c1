package io.narthex.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuditAddressesTest {
    @ParameterizedTest
    @CsvSource({
        "FULL,      192.0.2.77,           192.0.2.77",
        "TRUNCATED, 192.0.2.77,           192.0.2.0",
        "FULL,      2001:db8:1:2:3:4:5:6, 2001:db8:1:2:3:4:5:6",
        "TRUNCATED, 2001:db8:1:2:3:4:5:6, 2001:db8:1::",
    })
    void keepsAsMuchAsIsSaid(AuditAddresses detail, String address, String kept) {
        assertThat(detail.kept(AddressBlock.parseAddress(address))).isEqualTo(AddressBlock.parseAddress(kept));
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.77", "2001:db8::1"})
    void keepsNothingOfAny(String address) {
        assertThat(AuditAddresses.NONE.kept(AddressBlock.parseAddress(address))).isNull();
    }
}
