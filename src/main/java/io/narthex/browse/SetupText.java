package io.narthex.browse;

import io.narthex.http.BaseUrl;
import io.narthex.key.PublishedKey;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes the lines that users need to use a cache. Each part works as it stands where its label says, once
 * {@code TOKEN} is replaced.
 *
 * @param name {@code tenant/cache}
 * @param isPublic whether everybody may fetch from it
 * @param url to fetch from
 * @param pushUrl to push to
 * @param keys all that the cache ever had
 * @param now when this is told
 * @param trusted those to trust now, in Nix's form with spaces between
 */
record SetupText(
        String name,
        boolean isPublic,
        BaseUrl url,
        BaseUrl pushUrl,
        List<PublishedKey> keys,
        Instant now,
        String trusted) {
    SetupText {
        keys = List.copyOf(keys);
    }

    /** One part alone. */
    String part(SetupPart part) {
        return switch (part) {
            case NIX_CONF -> nixConf();
            case NETRC -> netrc();
            case HOOK -> hook();
        };
    }

    /** All parts, each below a line that says where it goes; an empty line ends each. */
    String whole() {
        return """
            # The cache %1$s in three parts, each for another place. One of them alone: ?part=nix.conf, ?part=netrc, ?part=hook

            # nix.conf: to fetch from it, in /etc/nix/nix.conf
            %2$s
            # netrc: %3$s, in /etc/nix/netrc, which only root may read (chmod 600)
            %4$s
            # hook: to push whatever this machine builds, in a shell of root; TOKEN is one with the scope push
            %5$s
            # To push one path by hand, with the lines of netrc. It is another URL than the one to fetch from, since Nix remembers
            # for a month what it has sent to a URL; --refresh, since what it found there it remembers too
            nix --extra-experimental-features nix-command copy --refresh --to '%6$s' PATH

            # When its key is changed: add the new key to trusted-public-keys as soon as it is shown here, while it is
            # PENDING, and drop the old one no sooner than 30 days after it is gone from here: so long do clients
            # remember what was signed by it. All its keys with their states and dates: %7$s/public-keys.json
            """.formatted(
                        name,
                        nixConf(),
                        isPublic
                                ? "a token, needed to push into it and for nothing else"
                                : "a token, needed to fetch from it and to push into it",
                        netrc(),
                        hook(),
                        pushUrl.text(),
                        url.text());
    }

    private String nixConf() {
        return "extra-substituters = " + url.text() + "\nextra-trusted-public-keys = " + trusted + "\n"
                + keys.stream().map(this::change).collect(Collectors.joining())
                + (isPublic ? "" : "netrc-file = /etc/nix/netrc\n");
    }

    /** With a login: libcurl 7.88 reads an entry without one with the password of the next. */
    private String netrc() {
        return "machine " + url.machine() + "\nlogin any\npassword TOKEN\n";
    }

    /** No line has the token where others see it: the list of processes shows what is given to commands. */
    private String hook() {
        return """
            mkdir -p /etc/nix && (umask 077; echo TOKEN > /etc/nix/narthex-token) && chmod 600 /etc/nix/narthex-token &&
            printf 'user = "any:%%s"\\n' "$(cat /etc/nix/narthex-token)" |
              curl -fsS -K - -o /etc/nix/narthex-push '%1$s/post-build-hook' && chmod 755 /etc/nix/narthex-push &&
            { grep -qsx 'post-build-hook = /etc/nix/narthex-push' /etc/nix/nix.conf ||
              echo 'post-build-hook = /etc/nix/narthex-push' >> /etc/nix/nix.conf; } &&
            { systemctl try-restart nix-daemon 2> /dev/null || true; }
            """.formatted(url.text());
    }

    /** What is to be done about a key that comes or goes. */
    private String change(PublishedKey key) {
        String name = key.publicKey().name();
        return switch (key.state()) {
            case PENDING -> "# " + name + " is PENDING: add it now, it signs from " + key.nextAt() + " on\n";
            case RETIRING ->
                "# " + name + " is RETIRING until " + key.nextAt() + ": keep it until then, and for 30 days more\n";
            case REVOKED -> "# " + name + " is REVOKED: take it out of trusted-public-keys now\n";
            case ACTIVE ->
                key.isReplacedSoon(now)
                        ? "# " + name + " is replaced at " + key.replacedAt()
                                + ": look here some days before for the next\n"
                        : "";
            case RETIRED -> "";
        };
    }
}
