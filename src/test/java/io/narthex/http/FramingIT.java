package io.narthex.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.it.SharedServer;
import io.narthex.it.WireConnection;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests whose end two servers might see in two places: none is taken, and nothing behind one is read as another. */
@ExtendWith(SharedServer.class)
class FramingIT {
    private static final String NEXT = "GET /nix-cache-info HTTP/1.1\r\nHost: next\r\n\r\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Transfer-Encoding: identity",
                "Transfer-Encoding: gzip, chunked",
                "Transfer-Encoding: chunked, gzip",
                "Transfer-Encoding: chunked, chunked",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: chunked\r\n , x",
                "Transfer-Encoding: \u000bchunked",
                "Transfer-Encoding : chunked",
                " Transfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 5",
                "Content-Length: 5\r\nTransfer-Encoding: chunked",
                "Content-Length: 5\r\nContent-Length: 5",
                "Content-Length: 5, 5",
                "Content-Length: +5",
                "Content-Length: -1",
                "Content-Length: 0x5",
                "Content-Length:"
            })
    void areRefusedAndEndTheConnection(String headers) throws Exception {
        for (String method : new String[] {"GET", "PUT"}) {
            String head = method + " /nar/x HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n\r\n";
            isRefused(head + "0\r\n\r\n" + NEXT);
        }
    }

    @Test
    void areRefusedInOlderRequests() throws Exception {
        isRefused("PUT /nar/x HTTP/1.0\r\n"
                + "Host: x\r\n"
                + "Connection: keep-alive\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n"
                + "0\r\n\r\n"
                + NEXT);
    }

    @Test
    void areTakenWhereTheyEndInOnePlaceAlone() throws Exception {
        try (WireConnection wire = WireConnection.toServer()) {
            wire.send("GET /nix-cache-info HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n" + NEXT);
            assertThat(wire.answer(false)).hasValue(new WireConnection.Status(200, false));
            assertThat(wire.answer(false)).hasValue(new WireConnection.Status(200, false));
        }
    }

    private static void isRefused(String bytes) throws Exception {
        try (WireConnection wire = WireConnection.toServer()) {
            wire.send(bytes);
            Optional<WireConnection.Status> answer = wire.answer(false);
            assertThat(answer).hasValueSatisfying(a -> assertThat(a.code()).isEqualTo(400));
            assertThat(wire.isEnded()).isTrue();
        }
    }
}
