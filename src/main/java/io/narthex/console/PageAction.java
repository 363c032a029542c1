package io.narthex.console;

import io.narthex.http.Right;

/** One thing that a page lets its reader do. An implementation is an {@code @ApplicationScoped} bean. */
interface PageAction {
    /** What the button of the form is called: {@code name="do"} with this as its value. */
    String name();

    /** On which page it stands. */
    ConsolePage page();

    /** Of who may do it, in the tenant or cache that the page's URL names. */
    Right right();

    /** Whether a log-in that is some minutes old is not enough: for what is hard to undo. */
    boolean needsFreshLogIn();

    /**
     * Does it, by the services that the API calls.
     *
     * @return what the page then says
     * @throws RefusedActionException where that cannot be, with a sentence for the reader
     */
    Result run(PageAddress address, ConsoleRequest form);

    /** What came of it. */
    sealed interface Result {
        /** The page is loaded anew, and says this. */
        record Done() implements Result {}

        /** The page shows a text this once. */
        record Shown(String sentence, String text) implements Result {}

        /** Another page comes next. */
        record Next(String path) implements Result {}
    }
}
