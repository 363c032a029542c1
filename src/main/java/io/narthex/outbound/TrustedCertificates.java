package io.narthex.outbound;

import io.narthex.configuration.Settings;
import io.narthex.configuration.StartRefused;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Whom TLS trusts: the authorities that Java brings, and those of the operator's file. Immutable. */
public final class TrustedCertificates {
    /** What keytool and distributions protect a store of public certificates with; none hides anything. */
    private static final List<String> PASSWORDS = List.of("changeit", "");

    private final KeyStore all;

    private TrustedCertificates(KeyStore all) {
        this.all = all;
    }

    /**
     * Reads the operator's file: certificates in PEM, or a key store (PKCS #12 or JKS) whose password is {@code changeit} or
     * none.
     *
     * @throws IOException where it cannot be read or holds no certificate; its message is for the operator
     */
    public static TrustedCertificates read(Optional<Path> file) throws IOException {
        try {
            KeyStore all = KeyStore.getInstance("PKCS12");
            all.load(null, null);
            List<Certificate> added = new ArrayList<>(List.of(ofJava()));
            if (file.isPresent()) {
                List<Certificate> found = certificates(file.get());
                if (found.isEmpty()) {
                    throw new IOException("it holds no certificate in PEM, nor is it a key store without a password"
                            + " or with the password changeit");
                }
                added.addAll(found);
            }
            for (int i = 0; i < added.size(); i++) {
                all.setCertificateEntry("ca-" + i, added.get(i));
            }
            return new TrustedCertificates(all);
        } catch (GeneralSecurityException e) {
            throw new IOException("its certificates cannot be used: " + e.getMessage(), e);
        }
    }

    /**
     * Those that the settings name.
     *
     * @throws StartRefused where the operator's file cannot be used
     */
    public static TrustedCertificates of(Settings settings) {
        Optional<Path> file = settings.outbound().trustStoreFile();
        try {
            return read(file);
        } catch (IOException e) {
            String name = file.map(Path::toString).orElse("");
            throw StartRefused.because(
                    settings, "NARTHEX_TRUST_STORE_FILE=" + name + " cannot be used: " + e.getMessage());
        }
    }

    private static X509Certificate[] ofJava() throws GeneralSecurityException {
        for (TrustManager manager : managers(null)) {
            if (manager instanceof X509TrustManager x509) {
                return x509.getAcceptedIssuers();
            }
        }
        return new X509Certificate[0];
    }

    private static List<Certificate> certificates(Path file) throws IOException, GeneralSecurityException {
        byte[] bytes = Files.readAllBytes(file);
        if (new String(bytes, StandardCharsets.ISO_8859_1).contains("-----BEGIN CERTIFICATE-----")) {
            return List.copyOf(
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes)));
        }
        for (String password : PASSWORDS) {
            List<Certificate> found = ofKeyStore(file, password);
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }

    private static List<Certificate> ofKeyStore(Path file, String password) throws GeneralSecurityException {
        List<Certificate> found = new ArrayList<>();
        try {
            KeyStore store = KeyStore.getInstance(file.toFile(), password.toCharArray());
            for (String alias : Collections.list(store.aliases())) {
                Certificate certificate = store.getCertificate(alias);
                if (certificate != null) {
                    found.add(certificate);
                }
            }
        } catch (IOException e) {
            // another password, or no key store: the caller says so
            return List.of();
        }
        return found;
    }

    /** For a library that makes its TLS itself. */
    public TrustManager[] managers() {
        try {
            return managers(all);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    private static TrustManager[] managers(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    SSLContext context() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers(), null);
        return context;
    }
}
