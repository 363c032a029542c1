package io.narthex.cache;

import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;

/** Gives {@link CacheRouter} the caches before the first request comes. */
@WebListener
public class CacheRouterStart implements ServletContextListener {
    @Inject
    CacheDirectory directory;

    @Override
    public void contextInitialized(ServletContextEvent event) {
        directory.now();
        event.getServletContext().setAttribute(CacheRouter.ATTRIBUTE, directory.unproxied());
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        event.getServletContext().removeAttribute(CacheRouter.ATTRIBUTE);
    }
}
