package io.narthex.key;

import io.narthex.cache.Cache;
import io.narthex.tenant.NameRule;
import java.util.regex.Pattern;

/**
 * Makes the names of keys: {@code {server}-{n}} for the default cache, {@code {cache}.{tenant}.{server}-{n}} for
 * others. Tenants and caches have no dots in their names, so that no two caches can have one name.
 *
 * @param server the setting NARTHEX_NAME
 */
record KeyNames(String server) {
    /** What stands before the number in the names of a cache's keys. */
    String stem(Cache cache) {
        return cache.isDefault() ? server + "-" : cache.name() + "." + cache.tenant() + "." + server + "-";
    }

    /**
     * Whether a name has the form of one that is made here, for a cache that there is or one that may come, or for the audit
     * record. The same for all of them, so that nobody learns which there are.
     */
    boolean hasForm(String name) {
        String label = NameRule.FORM.pattern();
        return Pattern.matches(
                "(" + label + "\\." + label + "\\.)?" + Pattern.quote(server) + "(-audit)?-[0-9]+", name);
    }
}
