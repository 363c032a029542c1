package io.narthex.meter;

import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;

/** Shows in the metrics what {@link RequestMeters} counts, which the container made before there were beans. */
@WebListener
public class RequestMetersStart implements ServletContextListener {
    @Inject
    Meters meters;

    @Override
    public void contextInitialized(ServletContextEvent event) {
        if (event.getServletContext().getAttribute(RequestMeters.ATTRIBUTE) instanceof RequestMeters requests) {
            requests.show(meters);
        }
    }
}
