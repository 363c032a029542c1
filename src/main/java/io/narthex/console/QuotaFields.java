package io.narthex.console;

import io.narthex.console.form.FormJson;
import io.narthex.console.form.FormValues;
import io.narthex.console.form.SizeText;
import io.narthex.quota.Quota;
import java.util.Locale;
import java.util.Map;

/** The fields of the two forms about quotas: of a tenant, and of a cache. */
final class QuotaFields {
    private QuotaFields() {}

    /** What they hold now, as {@link FormValues} has it. */
    static Map<String, String> of(Quota quota) {
        return Map.of(
                "maxBytes",
                SizeText.of(quota.maxBytes()),
                "warnAt",
                "" + quota.warnAt(),
                "whenFull",
                quota.whenFull().name().toLowerCase(Locale.ROOT),
                "evictAfterMinutes",
                "" + quota.evictAfterMinutes());
    }

    /** The body of the API's PUT, of a tenant's form. */
    static FormJson ofTenant(ConsoleRequest form) {
        return body(form, new FormJson(form::posted).size("maxBytes").number("warnAt"));
    }

    /** Likewise of a cache's. */
    static FormJson ofCache(ConsoleRequest form) {
        return body(
                form,
                new FormJson(form::posted)
                        .size("maxBytes")
                        .number("warnAt")
                        .text("whenFull")
                        .number("evictAfterMinutes"));
    }

    private static FormJson body(ConsoleRequest form, FormJson quota) {
        return new FormJson(form::posted).object("quota", quota);
    }
}
