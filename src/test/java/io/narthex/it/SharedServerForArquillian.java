package io.narthex.it;

import java.io.IOException;
import java.sql.SQLException;
import org.jboss.arquillian.core.api.annotation.Observes;
import org.jboss.arquillian.core.api.event.ManagerStarted;
import org.jboss.arquillian.core.spi.LoadableExtension;

/** Starts the shared server before arquillian.xml is read, which takes its port from there, for tests that run inside it. */
public final class SharedServerForArquillian implements LoadableExtension {
    @Override
    public void register(ExtensionBuilder builder) {
        builder.observer(Observer.class);
    }

    /** Made by Arquillian. */
    public static final class Observer {
        public void start(@Observes(precedence = 1000) ManagerStarted event)
                throws IOException, SQLException, InterruptedException {
            SharedServer.start();
        }
    }
}
