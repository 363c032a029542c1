package io.narthex.operations;

import io.undertow.server.OpenListener;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.as.server.CurrentServiceContainer;
import org.jboss.msc.Service;
import org.jboss.msc.service.ServiceBuilder;
import org.jboss.msc.service.ServiceContainer;
import org.jboss.msc.service.ServiceController;
import org.jboss.msc.service.ServiceName;
import org.jboss.msc.service.StartContext;
import org.jboss.msc.service.StopContext;

/**
 * Closes the connections that are still open when the server stops. WildFly 39 stops to accept new ones, but leaves those that are there,
 * and once the application is gone it answers on them: 404, which Nix believes for an hour. So the application ends only after nobody can
 * come any more and nobody is connected.
 */
@WebListener
public class LastConnections implements ServletContextListener {
    private static final System.Logger LOG = System.getLogger(LastConnections.class.getName());
    private static final ServiceName LISTENERS = ServiceName.parse("org.wildfly.undertow.listener");

    /** Listeners stop at once; this is for a server that stops in another order than WildFly 39 does. */
    private static final long PATIENCE_MILLIS = 5_000;

    private static final long POLL_MILLIS = 5;

    private final Map<ServiceName, OpenListener> open = new ConcurrentHashMap<>();
    private final List<ServiceController<?>> watchers = new ArrayList<>();

    @Override
    public void contextInitialized(ServletContextEvent event) {
        ServiceContainer container = CurrentServiceContainer.getServiceContainer();
        container.getServiceNames().stream()
                .filter(name -> LISTENERS.equals(name.getParent())) // what is below belongs to a listener
                .forEach(name -> watch(container, name));
    }

    /** A service of WildFly gives itself only to one that requires it; the listener may start later than the application. */
    private void watch(ServiceContainer container, ServiceName name) {
        ServiceBuilder<?> asking = container.addService();
        Supplier<Object> listener = asking.requires(name);
        asking.setInstance(new Service() {
            @Override
            public void start(StartContext context) {
                OpenListener opened = openListener(listener.get());
                open.put(name, opened);
                SilentConnections.limit(listener.get(), opened);
            }

            @Override
            public void stop(StopContext context) {
                // what it accepted is closed later
            }
        });
        watchers.add(asking.setInitialMode(ServiceController.Mode.PASSIVE).install());
    }

    /** By reflection, since the class is in no artifact that is meant for applications. */
    private static OpenListener openListener(Object service) {
        try {
            return (OpenListener)
                    service.getClass().getMethod("getOpenListener").invoke(service);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("WildFly keeps its listeners elsewhere than version 39 does", e);
        }
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        watchers.forEach(w -> w.setMode(ServiceController.Mode.REMOVE));
        ServiceContainer container = CurrentServiceContainer.getServiceContainer();
        if (!container.isShutdown()) {
            return; // the application alone goes: its place answers 503 until it is back
        }
        try {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
            while (open.keySet().stream().anyMatch(name -> accepts(container, name)) && System.nanoTime() < end) {
                Thread.sleep(POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        open.values().forEach(OpenListener::closeConnections);
        LOG.log(Level.INFO, "event=connections-closed cause=the server stops");
    }

    private static boolean accepts(ServiceContainer container, ServiceName name) {
        ServiceController<?> listener = container.getService(name);
        return listener != null
                && listener.getState() != ServiceController.State.DOWN
                && listener.getState() != ServiceController.State.REMOVED;
    }
}
