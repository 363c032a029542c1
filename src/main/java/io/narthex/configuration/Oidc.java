package io.narthex.configuration;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The settings by which people log in to the console at an OpenID provider.
 *
 * @param issuer its URL, as its identity tokens name it
 * @param clientId what the provider calls this server
 * @param clientSecret by which it knows this server; none: it is a public client
 * @param scopes what is asked for, with spaces between
 * @param groupsClaim in which claim a person's groups stand
 * @param roles which groups have which roles
 */
public record Oidc(
        String issuer, String clientId, Secret clientSecret, String scopes, String groupsClaim, List<Rule> roles) {
    public Oidc {
        roles = List.copyOf(roles);
    }

    /**
     * Says that a group has a role.
     *
     * @param tenant in which; empty: of the server
     * @param role its name
     */
    public record Rule(String tenant, String role, String group) {
        /** {@code tenant:role=group}, or {@code administrator=group}; a group may have any characters but a comma. */
        private static final Pattern FORM = Pattern.compile(
                "(?:([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?):(reader|pusher|keeper|auditor|owner)|(administrator))"
                        + "=([^,\\p{Cntrl}]{1,300})");

        static Rule parse(String text) {
            Matcher rule = FORM.matcher(text);
            if (!rule.matches()) {
                throw new IllegalArgumentException(text);
            }
            return rule.group(3) == null
                    ? new Rule(rule.group(1), rule.group(2), rule.group(4))
                    : new Rule("", rule.group(3), rule.group(4));
        }
    }
}
