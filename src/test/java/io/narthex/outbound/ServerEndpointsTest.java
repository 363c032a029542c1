package io.narthex.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.configuration.Settings;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

@SuppressWarnings("AddressSelection") // addresses, no names
class ServerEndpointsTest {
    private final ServerEndpoints own = new ServerEndpoints(Settings.read(
            Map.of(
                    "NARTHEX_PORT", "8000",
                    "NARTHEX_HTTPS_PORT", "8001",
                    "NARTHEX_MANAGEMENT_PORT", "8002",
                    "NARTHEX_DB_URL",
                            "jdbc:postgresql://127.0.0.1:7000,[2001:db8::5]:7001,198.51.100.7/narthex?ssl=true"),
            new Properties()));

    @Test
    void areItsListenersAtEveryAddressOfTheMachine() throws Exception {
        for (InetAddress address : NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .toList()) {
            assertThat(own.contain(address, 8000)).isTrue();
            assertThat(own.contain(address, 8001)).isTrue();
            assertThat(own.contain(address, 8002)).isTrue();
        }
        assertThat(own.contain(InetAddress.getByName("0.0.0.0"), 8000)).isTrue();
        assertThat(own.contain(InetAddress.getByName("127.0.0.9"), 8000)).isTrue();
    }

    @Test
    void areEveryHostOfItsDatabase() throws Exception {
        assertThat(own.contain(InetAddress.getByName("127.0.0.1"), 7000)).isTrue();
        assertThat(own.contain(InetAddress.getByName("127.0.0.2"), 7000)).isTrue();
        assertThat(own.contain(InetAddress.getByName("2001:db8::5"), 7001)).isTrue();
        assertThat(own.contain(InetAddress.getByName("198.51.100.7"), 5432)).isTrue();
    }

    @Test
    void areNothingElse() throws Exception {
        assertThat(own.contain(InetAddress.getByName("127.0.0.1"), 8003)).isFalse();
        assertThat(own.contain(InetAddress.getByName("198.51.100.8"), 8000)).isFalse();
        assertThat(own.contain(InetAddress.getByName("198.51.100.7"), 5433)).isFalse();
    }
}
