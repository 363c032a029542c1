package io.narthex.index.local;

import io.narthex.key.KeyRing;
import io.narthex.localstore.ValidPath;
import io.narthex.nix.narinfo.Fingerprint;
import io.narthex.nix.signature.Signature;
import io.narthex.nix.store.StoreDir;
import io.narthex.thread.NamedThreads;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Signs many paths of the machine's store on all processors. Thread-safe. */
@ApplicationScoped
class PathSigner {
    /** So many take ten milliseconds: nobody has to wait long for the last of them. */
    private static final int AT_ONCE = 200;

    private static final int IDLE_SECONDS = 30;

    private final ThreadPoolExecutor threads = threads(Runtime.getRuntime().availableProcessors());

    private static ThreadPoolExecutor threads(int count) {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                count,
                count,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new NamedThreads("narthex-index"));
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /** Signs each path by every key, in their order; on this thread where they are few. */
    List<SignedRow> sign(StoreDir storeDir, List<KeyRing.Member> keys, List<ValidPath> paths) {
        return paths.size() <= AT_ONCE
                ? signed(storeDir, keys, paths)
                : later(storeDir, keys, paths).join();
    }

    /** The same without waiting. */
    CompletableFuture<List<SignedRow>> later(StoreDir storeDir, List<KeyRing.Member> keys, List<ValidPath> paths) {
        List<CompletableFuture<List<SignedRow>>> parts = new ArrayList<>();
        for (int i = 0; i < paths.size(); i += AT_ONCE) {
            List<ValidPath> part = paths.subList(i, Math.min(paths.size(), i + AT_ONCE));
            parts.add(later(() -> signed(storeDir, keys, part)));
        }
        return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
                .thenApply(all ->
                        parts.stream().flatMap(part -> part.join().stream()).toList());
    }

    /** Does something on one of the threads. */
    <T> CompletableFuture<T> later(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, threads);
    }

    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }

    private static List<SignedRow> signed(StoreDir storeDir, List<KeyRing.Member> keys, List<ValidPath> paths) {
        return paths.stream().map(path -> signed(storeDir, keys, path)).toList();
    }

    private static SignedRow signed(StoreDir storeDir, List<KeyRing.Member> keys, ValidPath path) {
        byte[] fingerprint = fingerprint(storeDir, path);
        Map<Long, Signature> all = new HashMap<>();
        keys.forEach(key -> all.put(key.id(), key.sign(fingerprint)));
        return new SignedRow(path, all);
    }

    /** What a signature of the path signs. */
    static byte[] fingerprint(StoreDir storeDir, ValidPath path) {
        return Fingerprint.of(storeDir, path.path(), path.narHash(), path.narSize(), path.references());
    }
}
