package io.narthex.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate of nobody's authority for certain names, made by keytool. */
public final class TestCertificate {
    /** Of the key store. */
    public static final String PASSWORD = "changeit";

    private final Path keyStore;
    private final Path pem;

    private TestCertificate(Path keyStore, Path pem) {
        this.keyStore = keyStore;
        this.pem = pem;
    }

    /**
     * Makes one.
     *
     * @param names as keytool takes them: {@code dns:cache.example,ip:127.0.0.1}
     */
    public static TestCertificate of(Path directory, String names) throws IOException, InterruptedException {
        Path store = directory.resolve("tls.p12");
        Path pem = directory.resolve("tls.pem");
        keytool(store, "-genkeypair", "-alias", "tls", "-keyalg", "EC", "-dname", "CN=test", "-ext", "san=" + names);
        keytool(store, "-exportcert", "-alias", "tls", "-rfc", "-file", pem.toString());
        return new TestCertificate(store, pem);
    }

    private static void keytool(Path store, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (keytool.waitFor() != 0) {
            throw new IOException(said);
        }
    }

    public Path keyStore() {
        return keyStore;
    }

    /** The certificate alone, for who is to trust it. */
    public Path pem() {
        return pem;
    }

    /** Its secret key in PEM, for its owner alone, as PostgreSQL wants it. */
    public Path key() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(keyStore.toFile(), PASSWORD.toCharArray());
        byte[] key = store.getKey("tls", PASSWORD.toCharArray()).getEncoded();
        Path file = Files.createFile(
                keyStore.resolveSibling("tls.key"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(
                file,
                "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(key)
                        + "\n-----END PRIVATE KEY-----\n");
    }

    /** Listens with it at a free port of 127.0.0.1. */
    public ServerSocket listen() throws IOException, GeneralSecurityException {
        return context().getServerSocketFactory().createServerSocket(0, 1_024, InetAddress.getLoopbackAddress());
    }

    /** For a server that has it, and for who trusts that alone. */
    public SSLContext context() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(keyStore.toFile(), PASSWORD.toCharArray());
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD.toCharArray());
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }
}
