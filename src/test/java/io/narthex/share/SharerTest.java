package io.narthex.share;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

/** Who shares with whom. */
class SharerTest {
    @Test
    void knowsANetworkOfIpv6AsOneAddress() throws UnknownHostException {
        Sharer one = Sharer.ofTenant(7, "t", InetAddress.getByName("2001:db8:1:2::3"));

        assertThat(Sharer.ofTenant(7, "t", InetAddress.getByName("2001:db8:1:2:ffff::9")))
                .isEqualTo(one);
        assertThat(Sharer.ofTenant(7, "t", InetAddress.getByName("2001:db8:1:3::3")))
                .isNotEqualTo(one);
    }

    @Test
    void tellsAddressesOfIpv4Apart() throws UnknownHostException {
        Sharer one = Sharer.ofTenant(7, "t", InetAddress.getByName("192.0.2.1"));

        assertThat(Sharer.ofTenant(7, "t", InetAddress.getByName("192.0.2.1"))).isEqualTo(one);
        assertThat(Sharer.ofTenant(7, "t", InetAddress.getByName("192.0.2.2"))).isNotEqualTo(one);
    }

    @Test
    void keepsStrangersApartFromTheTenantTheyVisit() throws UnknownHostException {
        InetAddress address = InetAddress.getByName("192.0.2.1");

        assertThat(Sharer.ofStranger("7", address).tenant())
                .isNotEqualTo(Sharer.ofTenant(7, "t", address).tenant())
                .isNotEqualTo(Sharer.ofServer("t", address).tenant())
                .isEqualTo(Sharer.ofStranger("8", address).tenant());
    }
}
