package io.narthex.operations;

import io.undertow.server.HttpHandler;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.as.server.CurrentServiceContainer;
import org.jboss.as.server.mgmt.domain.ExtensibleHttpManagement;
import org.jboss.msc.Service;
import org.jboss.msc.service.LifecycleEvent;
import org.jboss.msc.service.LifecycleListener;
import org.jboss.msc.service.ServiceBuilder;
import org.jboss.msc.service.ServiceController;
import org.jboss.msc.service.ServiceName;

/** Puts handlers of ours on WildFly's management port: no other class knows how. */
final class ManagementPort {
    private static final ServiceName SERVICE = ServiceName.parse("org.wildfly.management.http.extensible");

    /** The port is open before any application begins. */
    private static final long PATIENCE_SECONDS = 10;

    private ManagementPort() {}

    /**
     * Answers a path in place of WildFly.
     *
     * @param context the first segment of the path
     * @throws IllegalStateException if the server has no such port: what was to be guarded is then not to be had either
     */
    static void replace(String context, HttpHandler handler) {
        ServiceBuilder<?> asking = CurrentServiceContainer.getServiceContainer().addService();
        Supplier<ExtensibleHttpManagement> port = asking.requires(SERVICE);
        CountDownLatch up = new CountDownLatch(1);
        ServiceController<?> controller = asking.setInstance(Service.newInstance(unused -> {}, port))
                .addListener((LifecycleListener) (c, event) -> {
                    if (event == LifecycleEvent.UP) {
                        up.countDown();
                    }
                })
                .install();
        try {
            if (!up.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("WildFly has no management port");
            }
            port.get().removeContext(context);
            port.get().addManagementHandler(context, false, handler);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the server starts", e);
        } finally {
            controller.setMode(ServiceController.Mode.REMOVE);
        }
    }
}
