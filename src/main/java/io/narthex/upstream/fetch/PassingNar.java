package io.narthex.upstream.fetch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A NAR file while it is fetched: whoever wants it reads what is there and waits for the rest. Its last byte may be sent only
 * when the file was found right. Thread-safe; each who holds it closes it once.
 */
public final class PassingNar implements AutoCloseable {
    private final FileChannel file;
    private final CompletableFuture<Long> length = new CompletableFuture<>();
    private List<Runnable> waiting = new ArrayList<>();
    private long arrived;
    private boolean over;
    private boolean right;
    private @Nullable IOException failure;
    private int holders;

    /** Its bytes lie in a file without a name, which is gone with the process. */
    public PassingNar(Path directory) throws IOException {
        Path path = Files.createTempFile(directory, "passing", "");
        try {
            file = FileChannel.open(
                    path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        } finally {
            // open files outlive their names
            Files.deleteIfExists(path);
        }
    }

    /** Bytes of the file, once they are known; fails where the file cannot be had. */
    public CompletableFuture<Long> length() {
        return length;
    }

    /** One more holds it; false where it is over already. */
    public synchronized boolean hold() {
        if (failure != null || (holders == 0 && arrived > 0)) {
            return false;
        }
        holders++;
        return true;
    }

    /** How many of its bytes may be sent. */
    public synchronized long sendable() {
        return right ? arrived : Math.max(0, Math.min(arrived, length.getNow(Long.MAX_VALUE) - 1));
    }

    /** Whether the rest will never come. */
    public synchronized boolean isBroken() {
        return failure != null;
    }

    /** Runs that when more than so many bytes may be sent, or none will be; at once where that is so. */
    public void whenBeyond(long bytes, Runnable then) {
        synchronized (this) {
            if (failure == null && sendable() <= bytes) {
                waiting.add(then);
                return;
            }
        }
        then.run();
    }

    /** Reads bytes that are there. */
    public int read(ByteBuffer into, long at) throws IOException {
        return file.read(into, at);
    }

    /** All of its bytes in their order, also those that may not be sent yet: for one thread, which checks what they are. */
    public ReadableByteChannel bytes() {
        return new ArrivingChannel(this);
    }

    /**
     * Waits until more than so many bytes may be sent.
     *
     * @throws IOException where they will never come
     */
    public synchronized void awaitBeyond(long bytes) throws IOException {
        await(() -> sendable() > bytes);
    }

    /** Waits until more than so many bytes are here, to be checked; false where those are all. */
    public synchronized boolean awaitArrived(long bytes) throws IOException {
        await(() -> arrived > bytes || over);
        return arrived > bytes;
    }

    /** Waits until no more comes. */
    public synchronized void awaitEnd() throws IOException {
        await(() -> over);
    }

    private interface Condition {
        boolean holds();
    }

    private synchronized void await(Condition condition) throws IOException {
        try {
            while (!condition.holds() && failure == null) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a NAR arrives", e);
        }
        if (!condition.holds() && failure != null) {
            throw new IOException("the NAR is not coming", failure);
        }
    }

    /** More of it came. */
    public void append(ByteBuffer bytes) throws IOException {
        long at = arrived;
        while (bytes.hasRemaining()) {
            at += file.write(bytes, at);
        }
        List<Runnable> woken;
        synchronized (this) {
            arrived = at;
            woken = wake();
        }
        woken.forEach(Runnable::run);
    }

    /** All came, and it is right. */
    public void release() {
        List<Runnable> woken;
        synchronized (this) {
            right = true;
            length.complete(arrived);
            woken = wake();
        }
        woken.forEach(Runnable::run);
    }

    /** The rest never comes, or must not be sent. */
    public void fail(IOException why) {
        List<Runnable> woken;
        synchronized (this) {
            if (failure != null || right) {
                return;
            }
            failure = why;
            woken = wake();
        }
        length.completeExceptionally(why);
        woken.forEach(Runnable::run);
    }

    private List<Runnable> wake() {
        notifyAll();
        List<Runnable> woken = waiting;
        waiting = new ArrayList<>();
        return woken;
    }

    /** No more comes: whoever reads to the end has it. */
    public synchronized void end() {
        over = true;
        notifyAll();
    }

    /** How many of its bytes are here. */
    public synchronized long arrived() {
        return arrived;
    }

    @Override
    public void close() {
        synchronized (this) {
            holders--;
            if (holders > 0) {
                return;
            }
        }
        try {
            file.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
