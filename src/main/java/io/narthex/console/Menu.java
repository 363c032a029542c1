package io.narthex.console;

import io.narthex.access.TokenLogin;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The links at the top of each page: the pages about no tenant that the caller may see. */
@Named("menu")
@RequestScoped
public class Menu {
    @Inject
    private TokenLogin login;

    @Inject
    private ConsoleRequest request;

    /**
     * A link.
     *
     * @param current {@code page} for the one that is shown, as aria-current has it; null for all others
     */
    public record Link(String url, String title, @Nullable String current) {}

    public List<Link> getLinks() {
        return Stream.of(ConsolePage.values())
                .filter(page -> !page.pattern().contains("{") && login.may(page.right(), "", ""))
                .map(page -> new Link(
                        PageAddress.ROOT + (page.pattern().isEmpty() ? "" : "/" + page.pattern()),
                        page.title(),
                        request.isAt(page) ? "page" : null))
                .toList();
    }
}
