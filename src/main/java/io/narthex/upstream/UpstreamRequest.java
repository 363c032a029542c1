package io.narthex.upstream;

import io.narthex.http.JsonBody;
import io.narthex.http.JsonField;
import io.narthex.http.RequestText;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.signature.PublicKey;
import io.narthex.outbound.OutboundClient;
import io.narthex.tenant.NameRule;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The settings that an administrator wants an upstream to have: an omitted one stays, null resets it. */
record UpstreamRequest(
        JsonField<URI> url,
        JsonField<List<PublicKey>> trustedPublicKeys,
        JsonField<Boolean> required,
        JsonField<Mode> mode,
        JsonField<List<String>> allow,
        JsonField<List<String>> deny,
        JsonField<List<String>> offeredTo,
        JsonField<Boolean> publish,
        JsonField<Credentials> credentials,
        JsonField<Integer> negativeSeconds,
        JsonField<Long> maxNarBytes,
        JsonField<List<String>> redirectHosts,
        JsonField<Integer> lookupMillis,
        JsonField<Integer> connectMillis,
        JsonField<Integer> stallSeconds) {
    private static final List<String> FIELDS = List.of(
            "url",
            "trustedPublicKeys",
            "required",
            "mode",
            "allow",
            "deny",
            "offeredTo",
            "publish",
            "credentials",
            "negativeSeconds",
            "maxNarBytes",
            "redirectHosts",
            "lookupMillis",
            "connectMillis",
            "stallSeconds");
    /** As long as browsers take. */
    private static final int LONGEST_URL = 2_000;

    private static final int LONGEST_SECRET = 4_000;
    private static final int A_DAY = 86_400;
    private static final int A_MINUTE = 60_000;
    private static final String HOST = "[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+]";

    /** What is done with the NARs of an upstream. */
    enum Mode {
        KEEP,
        STREAM
    }

    private enum Kind {
        BASIC,
        BEARER
    }

    /**
     * Reads the body of a PUT.
     *
     * @throws ProblemException naming the field that cannot be understood
     * @throws IOException if it is no JSON
     */
    static UpstreamRequest read(InputStream body) throws IOException {
        JsonBody json = JsonBody.readPut(body, FIELDS, UpstreamResponse.class);
        return new UpstreamRequest(
                url(json.text("url", LONGEST_URL)),
                json.list("trustedPublicKeys", "a public key, name:base64", UpstreamRequest::key),
                json.bool("required"),
                json.choice("mode", Mode.class),
                json.list("allow", "a pattern of names such as hello-*", UpstreamRequest::pattern),
                json.list("deny", "a pattern of names such as hello-*", UpstreamRequest::pattern),
                json.list("offeredTo", "the name of a tenant, or *", UpstreamRequest::tenant),
                json.bool("publish"),
                credentials(json.secrets("credentials", List.of("kind", "username", "password", "token"))),
                json.integer("negativeSeconds", 0, A_DAY),
                json.number("maxNarBytes", 1, Long.MAX_VALUE),
                json.list("redirectHosts", "the name of a host, without a port", UpstreamRequest::host),
                json.integer("lookupMillis", 100, A_MINUTE),
                json.integer("connectMillis", 100, A_MINUTE),
                json.integer("stallSeconds", 1, 3_600));
    }

    /**
     * The settings that come of it.
     *
     * @param kept those that there are; null: none yet
     */
    UpstreamSettings over(@Nullable UpstreamSettings kept) {
        UpstreamSettings before = kept == null ? initial() : kept;
        UpstreamSettings initial = initial();
        UpstreamSettings after = new UpstreamSettings(
                url.or(before.url(), before.url()),
                trustedPublicKeys.or(before.keys(), List.of()).stream()
                        .distinct()
                        .toList(),
                required.or(before.required(), initial.required()),
                mode.or(before.keep() ? Mode.KEEP : Mode.STREAM, Mode.KEEP) == Mode.KEEP,
                allow.or(before.allow(), initial.allow()),
                deny.or(before.deny(), initial.deny()),
                offeredTo.or(before.offeredTo(), initial.offeredTo()).stream()
                        .distinct()
                        .sorted()
                        .toList(),
                publish.or(before.publish(), initial.publish()),
                negativeSeconds.or(before.negativeSeconds(), initial.negativeSeconds()),
                maxNarBytes.named() ? maxNarBytes.value() : before.maxNarBytes(),
                redirectHosts.or(before.redirectHosts(), initial.redirectHosts()).stream()
                        .distinct()
                        .sorted()
                        .toList(),
                lookupMillis.or(before.lookupMillis(), initial.lookupMillis()),
                connectMillis.or(before.connectMillis(), initial.connectMillis()),
                stallSeconds.or(before.stallSeconds(), initial.stallSeconds()));
        if (after.keys().isEmpty()) {
            throw bad("trustedPublicKeys must name at least one key: nothing is taken on trust alone");
        }
        return after;
    }

    private UpstreamSettings initial() {
        URI named = url.value();
        if (named == null) {
            named = URI.create("https://invalid.invalid");
        }
        return new UpstreamSettings(
                named,
                List.of(),
                false,
                true,
                List.of("*"),
                List.of(),
                List.of(),
                false,
                60,
                null,
                List.of(),
                2_000,
                5_000,
                60);
    }

    private static JsonField<URI> url(JsonField<String> text) {
        String given = text.value();
        if (given == null) {
            return new JsonField<>(text.named(), null);
        }
        try {
            URI url = URI.create(given.replaceAll("/+$", ""));
            boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            boolean plain = url.getRawUserInfo() == null && url.getRawQuery() == null && url.getRawFragment() == null;
            boolean port = url.getPort() == -1 || OutboundClient.isPort(url.getPort());
            if (http && plain && port && url.getHost() != null) {
                return new JsonField<>(true, url);
            }
        } catch (IllegalArgumentException e) {
            // told below
        }
        // a password that somebody put there is told to nobody
        throw bad("url must begin with https:// or http://, name a host, and have no user, query or fragment"
                + RequestText.met(given.replaceAll("//[^/]*@", "//***@")));
    }

    private static JsonField<Credentials> credentials(JsonField<JsonBody> field) {
        JsonBody json = field.value();
        if (json == null) {
            return new JsonField<>(field.named(), null);
        }
        Kind kind = json.choice("kind", Kind.class).value();
        String username = json.text("username", LONGEST_SECRET).value();
        String password = json.secret("password", LONGEST_SECRET).value();
        String token = json.secret("token", LONGEST_SECRET).value();
        if (kind == Kind.BASIC && username != null && username.indexOf(':') < 0 && password != null && token == null) {
            return new JsonField<>(true, Credentials.basic(username, password));
        }
        // what a header may hold (RFC 6750, 2.1)
        if (kind == Kind.BEARER && token != null && token.matches("[!-~]+") && username == null && password == null) {
            return new JsonField<>(true, Credentials.bearer(token));
        }
        throw bad("credentials must be {\"kind\":\"basic\",\"username\":…,\"password\":…} or"
                + " {\"kind\":\"bearer\",\"token\":…}");
    }

    private static ProblemException bad(String sentence) {
        return new ProblemException(ProblemType.BAD_REQUEST, sentence);
    }

    private static Optional<PublicKey> key(String text) {
        try {
            return Optional.of(PublicKey.parse(text));
        } catch (NixFormatException e) {
            return Optional.empty();
        }
    }

    /** Of the characters that names of store paths have. */
    private static Optional<String> pattern(String text) {
        return Optional.of(text).filter(t -> t.matches("[0-9a-zA-Z+._?=*-]{1,211}"));
    }

    private static Optional<String> tenant(String text) {
        return Optional.of(text).filter(t -> t.equals("*") || NameRule.allows(t));
    }

    private static Optional<String> host(String text) {
        return Optional.of(text).filter(t -> t.matches(HOST));
    }
}
