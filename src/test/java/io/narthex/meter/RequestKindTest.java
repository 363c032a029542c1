package io.narthex.meter;

import static org.assertj.core.api.Assertions.assertThat;

import io.undertow.util.HttpString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestKindTest {
    @ParameterizedTest
    @CsvSource({
        "GET, /abc.narinfo, narinfo",
        "HEAD, /abc.narinfo, narinfo",
        "GET, /push/abc.narinfo, narinfo",
        "POST, /get-narinfos-v1, batch",
        "QUERY, /push/get-narinfos-v1, batch",
        "PUT, /abc.narinfo, push-narinfo",
        "GET, /nar/abc.nar.zst, nar",
        "HEAD, /push/nar/abc.nar, nar",
        "PUT, /nar/abc.nar.zst, push-nar",
        "PUT, /push/nar/abc.nar, push-nar",
        "PUT, /log/abc.drv, push-other",
        "GET, /abc.ls, listing",
        "GET, /log/abc.drv, log",
        "GET, /serve/abc-x/a.narinfo/b, serve",
        "GET, /realisations/sha256:abc!out.doi, realisation",
        "GET, /build-trace-v2/abc/out.doi, realisation",
        "GET, /debuginfo/abc, debuginfo",
        "GET, /nix-cache-info, cache-info",
        "GET, /push/nix-cache-info, cache-info",
        "PUT, /api/v1/tenants/acme, api",
        "GET, /api/v1/jobs, api",
        "POST, /abc.narinfo, other",
        "GET, /, other",
        "GET, *, other"
    })
    void tellsWhatARequestIsAbout(String method, String path, String kind) {
        assertThat(RequestKind.of(new HttpString(method), path).label()).isEqualTo(kind);
    }
}
