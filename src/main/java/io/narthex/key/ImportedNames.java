package io.narthex.key;

import io.narthex.configuration.Settings;
import io.narthex.http.CurrentCaller;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Decides which names a key may have that was made elsewhere and is imported. */
@ApplicationScoped
class ImportedNames {
    @Inject
    private Settings settings;

    @Inject
    private CurrentCaller caller;

    /**
     * Goes on only if the caller may import a key of this name.
     *
     * @throws KeyException where the name is kept for others
     */
    void check(String name) {
        if (settings.reservedKeyNames().contains(name) && !caller.isServerAdministrator()) {
            throw new KeyException.NameReserved(name);
        }
        if (new KeyNames(settings.name()).hasForm(name)) {
            throw new KeyException.NameOfOurs(name);
        }
    }
}
