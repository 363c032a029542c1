package io.narthex.console;

import io.narthex.cache.CallerCaches;
import io.narthex.console.form.FormJson;
import io.narthex.http.Preconditions;
import io.narthex.http.Right;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** What the page of a cache's settings lets its reader change. */
final class SettingsActions {
    static final String SET = "set-cache";
    static final String SET_QUOTA = "set-quota";

    private SettingsActions() {}

    /** Common to both. */
    abstract static class OfSettings implements PageAction {
        @Inject
        CallerCaches caches;

        @Override
        public ConsolePage page() {
            return ConsolePage.SETTINGS;
        }

        @Override
        public Right right() {
            return Right.ADMINISTER_CACHE;
        }

        @Override
        public boolean needsFreshLogIn() {
            return false;
        }

        @Override
        public Result run(PageAddress address, ConsoleRequest form) {
            caches.change(
                    CacheAddress.tenant(address),
                    CacheAddress.cache(address),
                    body(form).bytes(),
                    unchanged(form));
            return new Result.Done();
        }

        abstract FormJson body(ConsoleRequest form);
    }

    /** That nobody has changed it since the page was shown. */
    static Preconditions unchanged(ConsoleRequest form) {
        return new Preconditions(form.posted(Posts.VERSION), null);
    }

    /** Changes the settings that the form has; those that it has not stay. */
    @ApplicationScoped
    public static class SetCache extends OfSettings {
        @Override
        public String name() {
            return SET;
        }

        @Override
        FormJson body(ConsoleRequest form) {
            FormJson body = new FormJson(form::posted)
                    .text("visibility")
                    .number("priority")
                    .box("wantMassQuery")
                    .lines("sources")
                    .lines("offeredTo")
                    .box("publish")
                    .text("references")
                    .text("foreignSignatures")
                    .lines("trustedPublicKeys")
                    .text("entry")
                    .object(
                            "gates",
                            new FormJson(form::posted)
                                    .lines("requiredSignatures")
                                    .number("minimumAgeHours"));
            return form.posted("server").equals("on")
                    ? body.text("onUpstreamConflict").lines("virtualHosts")
                    : body;
        }
    }

    /** Changes how much the cache may hold. */
    @ApplicationScoped
    public static class SetQuota extends OfSettings {
        @Override
        public String name() {
            return SET_QUOTA;
        }

        @Override
        FormJson body(ConsoleRequest form) {
            return QuotaFields.ofCache(form);
        }
    }
}
