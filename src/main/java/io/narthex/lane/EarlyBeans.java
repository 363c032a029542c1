package io.narthex.lane;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.spi.Context;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Makes every bean of the application at its start. The container would make each at its first use, which for many is
 * on a thread of a lane, and there nothing below {@code java:comp} can be found. Here they are made on a thread that
 * has no more than those, so that a bean which needs more stops the start, and not somebody's first push.
 */
final class EarlyBeans {
    private EarlyBeans() {}

    /** Returns when all are made. */
    static void make(BeanManager beans) {
        FutureTask<Void> task = new FutureTask<>(() -> makeAll(beans), null);
        Thread.ofPlatform().name("narthex-start").daemon().start(task);
        try {
            task.get();
        } catch (ExecutionException e) {
            throw new CompletionException("a bean needs what only threads of the container have", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException("the start was interrupted", e);
        }
    }

    private static void makeAll(BeanManager beans) {
        Context application = beans.getContext(ApplicationScoped.class);
        for (Bean<?> bean : beans.getBeans(Object.class, Any.Literal.INSTANCE)) {
            if (isOurs(bean)) {
                make(application, bean, beans);
            }
        }
    }

    private static <T> void make(Context application, Bean<T> bean, BeanManager beans) {
        T made = application.get(bean, beans.createCreationalContext(bean));
        if (made == null) {
            throw new IllegalStateException("no " + bean.getBeanClass().getSimpleName());
        }
    }

    private static boolean isOurs(Bean<?> bean) {
        return bean.getScope() == ApplicationScoped.class
                && bean.getBeanClass().getName().startsWith("io.narthex.");
    }
}
