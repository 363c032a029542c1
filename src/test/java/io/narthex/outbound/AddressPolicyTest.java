package io.narthex.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.configuration.AddressBlock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPolicyTest {
    private static final int PORT = 443;

    private final AddressPolicy usual = new AddressPolicy(List.of(), (address, port) -> false);

    @ParameterizedTest
    @ValueSource(
            strings = {"1.1.1.1", "151.101.2.217", "100.63.255.255", "172.32.0.1", "2606:4700::1111", "2a04:4e42::729"})
    void allowsWhatIsPublic(String address) {
        assertThat(usual.allows(AddressBlock.parseAddress(address), PORT)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "10.1.2.3",
                "100.64.0.1",
                "127.0.0.1",
                "127.8.9.10",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "198.18.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "fe80::1",
                "fc00::1",
                "fd12::1",
                "ff02::1"
            })
    void refusesWhatIsNotPublic(String address) {
        assertThat(usual.allows(AddressBlock.parseAddress(address), PORT)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "::ffff:10.0.0.1",
                "::ffff:169.254.169.254",
                "::127.0.0.1",
                "64:ff9b::7f00:1",
                "64:ff9b:1::a00:1",
                "2002:7f00:1::",
                "2001:0:4136:e378:8000:63bf:f5ff:fffe"
            })
    void refusesIpv4InsideIpv6(String address) {
        assertThat(usual.allows(AddressBlock.parseAddress(address), PORT)).isFalse();
    }

    @Test
    void allowsWhatIsListedAndNothingBesideIt() {
        AddressPolicy policy = new AddressPolicy(List.of(AddressBlock.parse("10.0.0.0/8")), (address, port) -> false);

        assertThat(policy.allows(AddressBlock.parseAddress("10.9.8.7"), PORT)).isTrue();
        assertThat(policy.allows(AddressBlock.parseAddress("192.168.1.1"), PORT))
                .isFalse();
    }

    @Test
    void refusesTheServerItselfHoweverItIsListed() {
        AddressPolicy policy =
                new AddressPolicy(List.of(AddressBlock.parse("127.0.0.0/8")), (address, port) -> port == 8080);

        assertThat(policy.allows(AddressBlock.parseAddress("127.0.0.1"), 8080)).isFalse();
        assertThat(policy.allows(AddressBlock.parseAddress("127.0.0.1"), 8081)).isTrue();
    }
}
