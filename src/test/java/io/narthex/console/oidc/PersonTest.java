package io.narthex.console.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.access.token.Role;
import io.narthex.access.token.RoleIn;
import io.narthex.configuration.Oidc;
import io.narthex.configuration.Secret;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PersonTest {
    private final Map<String, Object> claims = new HashMap<>(Map.of("sub", "7"));

    private Person person() throws ProviderException {
        return Person.of(claims, "groups");
    }

    @Test
    void hasTheNameThatPeopleKnow() throws ProviderException {
        assertThat(person().name()).isEqualTo("7");
        claims.put("name", "Jane\nDoe");
        assertThat(person().name()).isEqualTo("Jane?Doe");
        claims.put("email", "x".repeat(300));
        assertThat(person().name()).hasSize(200);
        claims.put("preferred_username", "jane");
        assertThat(person().name()).isEqualTo("jane");
        assertThat(person().subject()).isEqualTo("7");
    }

    @Test
    void hasTheGroupsThatAreTexts() throws ProviderException {
        assertThat(person().groups()).isEmpty();
        claims.put("groups", List.of("a", 7, List.of("b"), "c"));
        assertThat(person().groups()).containsExactlyInAnyOrder("a", "c");
        claims.put("groups", "one");
        assertThat(person().groups()).containsExactly("one");
    }

    @Test
    void saysWhenThePersonShowedAPassword() throws ProviderException {
        assertThat(person().authenticatedAt()).isNull();
        claims.put("auth_time", 1_800_000_000L);
        assertThat(person().authenticatedAt()).isEqualTo(Instant.ofEpochSecond(1_800_000_000L));
        claims.put("auth_time", Double.MAX_VALUE);
        assertThat(person().authenticatedAt()).isAfter(Instant.ofEpochSecond(1_800_000_000L));
    }

    @Test
    void isSomebody() {
        for (Object subject : List.of("", 7, "x".repeat(256))) {
            claims.put("sub", subject);
            assertThatThrownBy(this::person).isInstanceOf(ProviderException.class);
        }
    }

    @Test
    void hasTheRolesOfEachOfTheGroups() {
        List<Oidc.Rule> rules = List.of(
                new Oidc.Rule("acme", "reader", "staff"),
                new Oidc.Rule("beta", "owner", "staff"),
                new Oidc.Rule("acme", "pusher", "builders"),
                new Oidc.Rule("", "administrator", "platform"));
        assertThat(RoleRules.roles(rules, Set.of("staff", "Platform")))
                .containsExactlyInAnyOrder(new RoleIn("acme", Role.READER), new RoleIn("beta", Role.OWNER));
        assertThat(RoleRules.roles(rules, Set.of("platform")))
                .extracting(RoleIn::text)
                .containsExactly("administrator");
        assertThat(new RoleIn("acme", Role.PUSHER).text()).isEqualTo("acme:pusher");
        assertThat(new Oidc("i", "c", new Secret("hidden"), "openid", "groups", rules).toString())
                .doesNotContain("hidden");
    }
}
