package io.narthex.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.http.ApiClient;
import io.narthex.it.Rows;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The page of a tenant: holds, deletion, and who sees what of it. */
@ExtendWith(SharedServer.class)
class TenantPageIT {
    private final ConsoleClient console = new ConsoleClient();
    private TenantCache cache;
    private String page;

    @BeforeEach
    @SuppressWarnings("NullAway.Init")
    void make() throws Exception {
        cache = TenantCache.make("{}");
        page = "/console/tenants/" + cache.tenant();
        console.logIn(ApiClient.token());
        console.get(page);
    }

    private HttpResponse<String> post(String... fields) throws Exception {
        HttpResponse<String> answer = console.post(page, fields);
        console.get(page);
        return answer;
    }

    @Test
    void showsWhatItHoldsAndItsCaches() throws Exception {
        assertThat(console.get(page).body())
                .contains("<h1>" + cache.tenant() + "</h1>", "0 paths pushed")
                .contains("href=\"/console/caches/" + cache.tenant() + "/ci\"", "href=\"" + page + "/record\"");
        assertThat(console.get("/console/tenants/no-such-tenant").statusCode()).isEqualTo(404);
    }

    @Test
    void showsNothingOfHoldsToTheTenant() throws Exception {
        post("do", "hold-tenant", "reason", "A secret case");
        ConsoleClient owner = new ConsoleClient();
        owner.logIn(cache.newToken("\"administer\""));
        String seen = owner.get(page).body();
        assertThat(seen)
                .contains("href=\"" + page + "/record\"")
                .doesNotContain("A secret case", "hold-tenant", "release-hold", "delete-tenant");
        ConsoleClient reader = new ConsoleClient();
        reader.logIn(cache.newToken("\"pull\""));
        assertThat(reader.get(page).body()).doesNotContain("/record\"");
        for (String action : new String[] {
            "hold-tenant", "release-hold", "release-named-hold", "delete-tenant", "set-named-hold", "set-tenant-quota"
        }) {
            assertThat(owner.post(page, "do", action, "reason", "x", "name", cache.tenant())
                            .statusCode())
                    .isEqualTo(403);
        }
    }

    @Test
    void whatIsHeldDoesNotGoUntilItIsReleased() throws Exception {
        assertThat(post("do", "hold-tenant").statusCode()).isEqualTo(400);
        assertThat(post("do", "hold-tenant", "reason", "<b>A case</b>").statusCode())
                .isEqualTo(303);
        assertThat(console.get(page).body()).contains("&lt;b&gt;A case&lt;/b&gt;", "\"release-hold\"");
        HttpResponse<String> refused = post("do", "delete-tenant", "name", cache.tenant());
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("is under a legal hold");
        assertThat(post("do", "release-hold").statusCode()).isEqualTo(303);
        assertThat(post("do", "release-hold").statusCode()).isEqualTo(404);

        cache.administer(
                "PUT",
                "/api/v1/tenants/" + cache.tenant() + "/legal-holds/case-7",
                "{\"cache\":\"ci\",\"reason\":\"B\"}");
        assertThat(console.get(page).body()).contains("case-7", "cache ci");
        assertThat(post("do", "release-named-hold", "id", "case-7").statusCode())
                .isEqualTo(303);
        assertThat(post("do", "delete-tenant", "name", "other").statusCode()).isEqualTo(400);
        HttpResponse<String> deleted = console.post(page, "do", "delete-tenant", "name", cache.tenant());
        assertThat(deleted.statusCode()).isEqualTo(303);
        assertThat(console.get(page).statusCode()).isEqualTo(404);
        assertThat(new ApiClient("")
                        .as(ApiClient.token(), "GET", "/api/v1/tenants/" + cache.tenant(), "")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void holdsAPartOfItUnderAName() throws Exception {
        HttpResponse<String> none =
                post("do", "set-named-hold", "hold", "case-9", "cache", "other", "reason", "<b>C</b>");
        assertThat(none.statusCode()).isEqualTo(409);
        assertThat(none.body())
                .contains("What is to be held is not in a cache of the tenant", "value=\"case-9\"")
                .contains("value=\"&lt;b&gt;C&lt;/b&gt;\"");
        assertThat(post("do", "set-named-hold", "hold", "a b", "cache", "ci").body())
                .contains("The name of a hold must be");
        assertThat(post("do", "set-named-hold", "hold", "x", "pin", "p").body())
                .contains("pin is one of a cache, and without a path beside it");
        assertThat(post("do", "set-named-hold", "hold", "case-9", "cache", "ci", "reason", "C")
                        .statusCode())
                .isEqualTo(303);
        assertThat(console.get(page).body()).contains("case-9", "cache ci", "\"release-named-hold\"");
        assertThat(post("do", "set-named-hold", "hold", "case-9", "cache", "ci").statusCode())
                .isEqualTo(409);
        assertThat(post("do", "release-named-hold", "id", "case-9").statusCode())
                .isEqualTo(303);
    }

    @Test
    void changesTheQuota() throws Exception {
        Matcher version = Pattern.compile("name=\"version\" value=\"([^\"]+)\"")
                .matcher(console.get(page).body());
        assertThat(version.find()).isTrue();
        String now = version.group(1).replace("&quot;", "\"");
        HttpResponse<String> wrong =
                post("do", "set-tenant-quota", "version", now, "maxBytes", "5 GiB", "warnAt", "500");
        assertThat(wrong.statusCode()).isEqualTo(400);
        assertThat(wrong.body()).contains("warnAt must be a whole number from 1 to 100", "value=\"5 GiB\"");
        assertThat(post("do", "set-tenant-quota", "version", now, "maxBytes", "5 GiB", "warnAt", "50")
                        .statusCode())
                .isEqualTo(303);
        assertThat(console.get(page).body()).contains("of 5.0 GiB");
        assertThat(post("do", "set-tenant-quota", "version", now, "maxBytes", "", "warnAt", "50")
                        .statusCode())
                .isEqualTo(412);
    }

    @Test
    void asksForAFreshLogInBeforeAHoldIsReleasedOrTheTenantDeleted() throws Exception {
        Rows.ofServer()
                .change("update console_session set created_at = now() - interval '11 min' where token_id is null");
        for (String action : new String[] {"release-hold", "release-named-hold", "delete-tenant"}) {
            HttpResponse<String> asked = post("do", action, "name", cache.tenant());
            assertThat(asked.statusCode()).isEqualTo(403);
            assertThat(asked.body()).contains("log in again");
        }
        assertThat(post("do", "hold-tenant", "reason", "x").statusCode()).isEqualTo(303);
    }
}
