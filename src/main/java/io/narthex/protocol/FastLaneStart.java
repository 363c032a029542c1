package io.narthex.protocol;

import io.narthex.index.PathIndex;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;

/** Loads the index before the first request and hands {@link FastLane} its parts. */
@WebListener
public class FastLaneStart implements ServletContextListener {
    @Inject
    PathIndex index;

    private final StreamLane streams = new StreamLane();

    @Override
    public void contextInitialized(ServletContextEvent event) {
        index.load();
        event.getServletContext().setAttribute(FastLane.ATTRIBUTE, new FastLane.Parts(index.hot(), streams));
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        event.getServletContext().removeAttribute(FastLane.ATTRIBUTE);
        streams.close();
    }
}
