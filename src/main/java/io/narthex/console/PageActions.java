package io.narthex.console;

import io.narthex.access.TokenLogin;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.Optional;

/** Finds the actions of the present page, and says which of them the caller may do. */
@Named("actions")
@RequestScoped
public class PageActions {
    @Inject
    @Any
    private Instance<PageAction> all;

    @Inject
    private TokenLogin login;

    @Inject
    private ConsoleRequest request;

    Optional<PageAction> find(ConsolePage page, String name) {
        return all.stream()
                .filter(action -> action.page() == page && action.name().equals(name))
                .findFirst();
    }

    /** Whether the view may show the action of this name. */
    public boolean may(String name) {
        PageAddress address = request.address();
        return find(address.page(), name)
                .filter(action -> login.may(action.right(), address.tenant(), address.cache()))
                .isPresent();
    }
}
