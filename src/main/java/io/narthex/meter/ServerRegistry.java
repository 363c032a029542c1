package io.narthex.meter;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.as.server.CurrentServiceContainer;
import org.jboss.msc.Service;
import org.jboss.msc.service.LifecycleEvent;
import org.jboss.msc.service.LifecycleListener;
import org.jboss.msc.service.ServiceBuilder;
import org.jboss.msc.service.ServiceController;
import org.jboss.msc.service.ServiceName;

/**
 * Finds the registry of meters that WildFly shows at {@code /metrics}: no other class knows where it is. The registry
 * that WildFly injects is another. It passes on names and tags only (WildFly 39: ApplicationRegistry): what is built
 * with a description or with buckets stays in it, and nobody ever sees it.
 */
final class ServerRegistry {
    private static final ServiceName SERVICE = ServiceName.parse("org.wildfly.extension.micrometer.service");

    /** The subsystem is up before any application begins; this is for a server that has none. */
    private static final long PATIENCE_SECONDS = 10;

    private ServerRegistry() {}

    /** @throws IllegalStateException if the server has no such registry, or not where WildFly 39 has it */
    static MeterRegistry find() {
        Object micrometer = serviceValue();
        try {
            // by reflection, since the class is in no artifact that is meant for applications
            return (MeterRegistry)
                    micrometer.getClass().getMethod("getMicrometerRegistry").invoke(micrometer);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("WildFly keeps its meters elsewhere than version 39 does", e);
        }
    }

    /** What WildFly itself answers at {@code /metrics}. */
    static String text(MeterRegistry registry) {
        Set<MeterRegistry> parts =
                registry instanceof CompositeMeterRegistry all ? all.getRegistries() : Set.of(registry);
        // others send their numbers elsewhere, and have no such method
        MeterRegistry shown = parts.stream()
                .filter(part -> Arrays.stream(part.getClass().getMethods())
                        .anyMatch(method -> method.getName().equals("scrape")))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("WildFly has no meters in the form of Prometheus"));
        try {
            return (String) shown.getClass().getMethod("scrape").invoke(shown);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("WildFly's meters cannot be read", e);
        }
    }

    /** The service gives itself only to one that requires it: one is installed, and removed as soon as it has it. */
    private static Object serviceValue() {
        ServiceBuilder<?> asking = CurrentServiceContainer.getServiceContainer().addService();
        Supplier<Object> registry = asking.requires(SERVICE);
        CountDownLatch up = new CountDownLatch(1);
        ServiceController<?> controller = asking.setInstance(Service.newInstance(unused -> {}, registry))
                .addListener((LifecycleListener) (c, event) -> {
                    if (event == LifecycleEvent.UP) {
                        up.countDown();
                    }
                })
                .install();
        try {
            if (!up.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("WildFly has no subsystem micrometer");
            }
            return registry.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the server starts", e);
        } finally {
            controller.setMode(ServiceController.Mode.REMOVE);
        }
    }
}
