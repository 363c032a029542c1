package io.narthex.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.undertow.io.AsyncSenderImpl;
import io.undertow.io.IoCallback;
import io.undertow.io.Receiver;
import io.undertow.io.Sender;
import io.undertow.server.BlockingHttpExchange;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An answer through Undertow's own sender, which is not back from telling that it has taken a piece until all that the answer
 * does elsewhere has been done: whoever gives it the next piece on another thread meanwhile is seen, each time.
 */
final class WatchedAnswer {
    private final HttpServerExchange exchange;
    private final Steps steps;
    private final Runnable afterPiece;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicInteger intrusions = new AtomicInteger();
    private final AtomicInteger toldOnIoThread = new AtomicInteger();
    private volatile @Nullable Thread told;

    /** @param afterPiece runs each time the answer has been told that a piece was taken, before the sender is back */
    WatchedAnswer(HttpServerExchange exchange, Steps steps, Runnable afterPiece) {
        this.exchange = exchange;
        this.steps = steps;
        this.afterPiece = afterPiece;
        exchange.startBlocking(new Way());
        exchange.addExchangeCompleteListener((over, others) -> {
            ended.countDown();
            others.proceed();
        });
    }

    /** Waits until it is over and nobody does anything for it any more. */
    void awaitEnd() throws InterruptedException {
        assertThat(ended.await(1, TimeUnit.MINUTES)).isTrue();
        settle();
    }

    /** How often the sender was given a piece on one thread while it stood in a call on another. */
    int intrusions() {
        return intrusions.get();
    }

    /** How often the socket had to be waited for. */
    int toldOnIoThread() {
        return toldOnIoThread.get();
    }

    /** What waits for the IO thread comes before what it then gives to others. */
    private void settle() {
        if (!exchange.isInIoThread()) {
            CountDownLatch passed = new CountDownLatch(1);
            exchange.getIoThread().execute(passed::countDown);
            try {
                assertThat(passed.await(1, TimeUnit.MINUTES)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        steps.awaitOthers();
    }

    private final class WatchedSender extends AsyncSenderImpl {
        WatchedSender() {
            super(exchange);
        }

        @Override
        public void send(ByteBuffer buffer, IoCallback callback) {
            Thread other = told;
            if (other != null && other != Thread.currentThread()) {
                intrusions.incrementAndGet();
            }
            super.send(buffer, new Told(callback));
        }
    }

    private final class Told implements IoCallback {
        private final IoCallback callback;

        Told(IoCallback callback) {
            this.callback = callback;
        }

        @Override
        public void onComplete(HttpServerExchange answered, Sender sender) {
            if (exchange.isInIoThread()) {
                toldOnIoThread.incrementAndGet();
            }
            told = Thread.currentThread();
            try {
                callback.onComplete(answered, sender);
                afterPiece.run();
                // once seen, it is known; who intrudes may wait for this thread
                if (intrusions.get() == 0) {
                    settle();
                }
            } finally {
                told = null;
            }
        }

        @Override
        public void onException(HttpServerExchange broken, Sender sender, IOException e) {
            callback.onException(broken, sender, e);
        }
    }

    /** How Undertow is told to use another sender than its own. */
    private final class Way implements BlockingHttpExchange {
        private final Sender sender = new WatchedSender();

        @Override
        public Sender getSender() {
            return sender;
        }

        @Override
        public InputStream getInputStream() {
            throw new UnsupportedOperationException();
        }

        @Override
        public OutputStream getOutputStream() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Receiver getReceiver() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
