package io.narthex.key.master;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.as.server.CurrentServiceContainer;
import org.jboss.msc.service.ServiceController;
import org.jboss.msc.service.ServiceName;
import org.wildfly.security.credential.PasswordCredential;
import org.wildfly.security.credential.store.CredentialStore;
import org.wildfly.security.password.interfaces.ClearPassword;

/** Reads a secret from a credential store of WildFly's Elytron subsystem. No other class knows of Elytron. */
public final class StoredCredential {
    /** The capability by which WildFly knows its stores. */
    private static final String STORES = "org.wildfly.security.credential-store.";
    /** The store may come up beside the deployment. */
    private static final long PATIENCE_SECONDS = 30;

    private StoredCredential() {}

    /**
     * The secret as ASCII, to be wiped by the caller.
     *
     * @throws IOException when there is no such store, or it has no such secret, or does not open
     */
    @SuppressWarnings("deprecation") // what is not asks for a service of our own, only to wait for another
    public static byte[] read(String store, String alias) throws IOException {
        ServiceController<?> service =
                CurrentServiceContainer.getServiceContainer().getService(ServiceName.parse(STORES + store));
        if (service == null) {
            throw new IOException("WildFly has no credential store of that name");
        }
        try {
            CredentialStore opened = (CredentialStore) service.awaitValue(PATIENCE_SECONDS, TimeUnit.SECONDS);
            PasswordCredential credential = opened.retrieve(alias, PasswordCredential.class);
            if (credential == null) {
                throw new IOException("the credential store has no alias " + alias);
            }
            char[] text = credential.getPassword(ClearPassword.class).getPassword();
            byte[] ascii = new byte[text.length];
            for (int i = 0; i < text.length; i++) {
                ascii[i] = (byte) text[i];
            }
            Arrays.fill(text, '\0');
            return ascii;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (TimeoutException | IllegalStateException | GeneralSecurityException e) {
            throw new IOException("the credential store does not open", e);
        }
    }
}
