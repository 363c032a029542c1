package io.narthex.push;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.narthex.it.NixClient;
import io.narthex.it.NixStore;
import io.narthex.it.SharedServer;
import io.narthex.it.TenantCache;
import io.narthex.nix.narinfo.Compression;
import io.narthex.nix.store.StorePath;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/**
 * Pushes as Nix of 2.35 and later does (src/libstore/binary-cache-store.cc): all NARs first, the largest first, over several
 * connections at once; then narinfos, each after those of what it refers to, with a Content-Encoding.
 */
@ExtendWith(SharedServer.class)
class NewerClientIT {
    private static final int CONNECTIONS = 5;
    private static final String[] CODINGS = {"zstd", "br", "gzip", "xz", "bzip2", ""};

    private final List<HttpClient> connections = new ArrayList<>();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path directory;

    NewerClientIT() {
        for (int i = 0; i < CONNECTIONS; i++) {
            connections.add(
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build());
        }
    }

    @Test
    void pushesAllNarsFirstAndThenNarInfosInTheOrderOfReferences() throws Exception {
        NixStore builder = NixStore.in(directory.resolve("builder"));
        TenantCache cache = TenantCache.make("{}");
        StorePath top = closure(builder);
        List<HandPush> pushes = new ArrayList<>();
        for (String line : builder.run("nix-store", "--store", builder.uri(), "-qR", NixStore.path(top))
                .lines()
                .toList()) {
            StorePath path = StorePath.parseBaseName(Path.of(line).getFileName().toString());
            Compression compression = pushes.size() % 3 == 0 ? Compression.XZ : Compression.ZSTD;
            pushes.add(HandPush.of(builder, path, compression));
        }
        assertThat(pushes).hasSize(13);

        List<HandPush> bySize = new ArrayList<>(pushes);
        bySize.sort(Comparator.comparingInt((HandPush p) -> p.nar().length).reversed());
        inParallel(bySize, (client, push) -> putNar(cache, client, push));
        for (HandPush push : pushes) {
            assertThat(cache.get(push.narInfoUrl()).statusCode()).isEqualTo(404);
        }
        Map<String, HandPush> left = new HashMap<>();
        pushes.forEach(push -> left.put(push.path().baseName(), push));
        while (!left.isEmpty()) {
            List<HandPush> ready = left.values().stream()
                    .filter(push -> push.references().stream()
                            .noneMatch(r ->
                                    left.containsKey(r) && !r.equals(push.path().baseName())))
                    .toList();
            inParallel(ready, (client, push) -> putNarInfo(cache, client, push));
            ready.forEach(push -> left.remove(push.path().baseName()));
        }

        NixClient client = new NixClient(directory.resolve("client"), cache.urlWithToken(), cache.keys());
        client.copy(top);
        client.store().verifyContents();
    }

    /** A wide and a deep part, and a larger path. */
    private static StorePath closure(NixStore builder) throws IOException {
        StorePath large = builder.add("large", "0123456789\n".repeat(200_000));
        StringBuilder wide = new StringBuilder();
        for (int i = 0; i < 6; i++) {
            wide.append(" ${builtins.toFile \"wide-" + i + "\" \"" + "x".repeat(1 + i * 1_000) + "\"}");
        }
        String deep = "builtins.toFile \"deep-0\" \"${builtins.storePath " + NixStore.path(large) + "}\"";
        for (int i = 1; i < 5; i++) {
            deep = "builtins.toFile \"deep-" + i + "\" \"" + i + " ${" + deep + "}\"";
        }
        return builder.evaluate("builtins.toFile \"top\" \"${" + deep + "}" + wide + "\"");
    }

    private interface Sending {
        void send(HttpClient client, HandPush push) throws Exception;
    }

    private void inParallel(List<HandPush> pushes, Sending sending) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS)) {
            List<Callable<Void>> all = new ArrayList<>();
            for (int i = 0; i < pushes.size(); i++) {
                HttpClient client = connections.get(i % CONNECTIONS);
                HandPush push = pushes.get(i);
                all.add(() -> {
                    sending.send(client, push);
                    return null;
                });
            }
            for (Future<Void> each : threads.invokeAll(all)) {
                each.get();
            }
        }
    }

    private static void putNar(TenantCache cache, HttpClient client, HandPush push) throws Exception {
        assertThat(send(cache, client, "HEAD", push.url(), new byte[0], "")).isEqualTo(404);
        assertThat(send(cache, client, "PUT", push.url(), push.file(), "")).isEqualTo(201);
    }

    private static void putNarInfo(TenantCache cache, HttpClient client, HandPush push) throws Exception {
        String coding = CODINGS[Math.floorMod(push.path().hashCode(), CODINGS.length)];
        byte[] text = push.narInfo().getBytes(StandardCharsets.US_ASCII);
        assertThat(send(cache, client, "PUT", push.narInfoUrl(), coded(text, coding), coding))
                .as(coding)
                .isEqualTo(201);
    }

    @Test
    void codesNarInfosListingsAndLogsAsNixCan() throws Exception {
        NixStore builder = NixStore.in(directory.resolve("builder"));
        TenantCache cache = TenantCache.make("{}");
        HttpClient client = connections.getFirst();
        for (String coding : CODINGS) {
            HandPush push = HandPush.of(builder, builder.add("coded-" + coding, coding), Compression.NONE);
            byte[] log = ("log in " + coding + "\n").repeat(1_000).getBytes(StandardCharsets.US_ASCII);
            String drv = "log/" + push.path().hash() + "-x.drv";
            assertThat(send(
                            cache,
                            client,
                            "PUT",
                            push.path().hash() + ".ls",
                            coded("{\"version\":1,\"root\":{}}".getBytes(StandardCharsets.US_ASCII), coding),
                            coding))
                    .as(coding)
                    .isEqualTo(200);
            assertThat(push.putNar(cache)).isEqualTo(201);
            putNarInfoIn(cache, client, push, coding);
            assertThat(send(cache, client, "PUT", drv, coded(log, coding), coding))
                    .as(coding)
                    .isEqualTo(201);
            assertThat(cache.get(drv).body()).as(coding).isEqualTo(log);
        }
        assertThat(send(cache, client, "PUT", "0".repeat(32) + ".narinfo", new byte[9], "lzip"))
                .isEqualTo(415);
    }

    private static void putNarInfoIn(TenantCache cache, HttpClient client, HandPush push, String coding)
            throws Exception {
        byte[] text = push.narInfo().getBytes(StandardCharsets.US_ASCII);
        assertThat(send(cache, client, "PUT", push.narInfoUrl(), coded(text, coding), coding))
                .as(coding)
                .isEqualTo(201);
    }

    private static int send(
            TenantCache cache, HttpClient client, String method, String path, byte[] body, String coding)
            throws IOException, InterruptedException {
        HttpRequest.BodyPublisher content = HttpRequest.BodyPublishers.noBody();
        if (body.length % 2 == 1) {
            // without a length: in chunks
            content = HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));
        } else if (body.length > 0) {
            content = HttpRequest.BodyPublishers.ofByteArray(body);
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(cache.url() + "/" + path))
                .method(method, content)
                .header("Authorization", "Bearer " + cache.token());
        if (body.length > 0) {
            request.expectContinue(true);
        }
        if (!coding.isEmpty()) {
            request.header("Content-Encoding", coding);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static byte[] coded(byte[] text, String coding) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Optional<OutputStream> coder = switch (coding) {
            case "gzip" -> Optional.of(new GZIPOutputStream(out));
            case "xz" -> Optional.of(new XZOutputStream(out, new LZMA2Options(1)));
            case "bzip2" -> Optional.of(new BZip2CompressorOutputStream(out));
            default -> Optional.empty();
        };
        if (coder.isPresent()) {
            try (OutputStream opened = coder.get()) {
                opened.write(text);
            }
            return out.toByteArray();
        }
        return switch (coding) {
            case "zstd" -> Zstd.compress(text);
            case "br" -> brotli(text);
            default -> text;
        };
    }

    /** RFC 7932 without any compression, which no library here writes: one block as it is, and an empty last one. */
    private static byte[] brotli(byte[] text) {
        int head = (text.length - 1) << 4 | 1 << 20;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int shift = 0; shift < 24; shift += 8) {
            out.write(head >> shift);
        }
        out.writeBytes(text);
        out.write(3);
        return out.toByteArray();
    }
}
