package io.narthex.console;

/** Names the files of the views. They are below WEB-INF, where no URL leads. */
final class View {
    static final String LOG_IN = named("log-in");
    static final String REFUSED = named("refused");

    private View() {}

    static String named(String name) {
        return "/WEB-INF/console/" + name + ".xhtml";
    }
}
