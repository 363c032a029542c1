package io.narthex.transaction;

import jakarta.annotation.Priority;
import jakarta.annotation.Resource;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import jakarta.transaction.Status;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.lang.System.Logger.Level;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Calls a method of a {@link Retried} class again. It stands around the container's interceptor that begins and ends
 * transactions.
 */
@Retried
@Interceptor
@Priority(RetriedInterceptor.BEFORE_TRANSACTIONS)
public class RetriedInterceptor {
    /** The container's own has 200 (Jakarta Transactions, 3.7). */
    static final int BEFORE_TRANSACTIONS = Interceptor.Priority.PLATFORM_BEFORE + 100;

    /** Of two that deadlock one goes on: who is ended so often meets others each time. */
    private static final int MOST_TRIES = 6;
    /** Of the first pause at most; each may be twice as long as the one before, together less than a second. */
    private static final long PAUSE_MILLIS = 25;

    private static final System.Logger LOG = System.getLogger(RetriedInterceptor.class.getName());

    /** By a name that threads outside any component may look up too. */
    @Resource(lookup = "java:jboss/TransactionSynchronizationRegistry")
    private TransactionSynchronizationRegistry transactions;

    /** Calls once, or again where the transaction was ended for its order and is this call's own. */
    @AroundInvoke
    public Object call(InvocationContext call) throws Exception {
        if (transactions.getTransactionStatus() != Status.STATUS_NO_TRANSACTION) {
            return call.proceed(); // who began it tries again
        }
        for (int attempt = 1; ; attempt++) {
            try {
                return call.proceed();
            } catch (Exception e) {
                if (attempt == MOST_TRIES || !TransactionConflict.isCauseOf(e) || !pause(attempt)) {
                    throw e;
                }
                LOG.log(
                        Level.DEBUG,
                        "event=transaction-tried-again call={0} attempt={1} cause={2}",
                        call.getMethod().getName(),
                        attempt,
                        e.toString());
            }
        }
    }

    /** False: the thread is to end. */
    private static boolean pause(int attempt) {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextLong(PAUSE_MILLIS << (attempt - 1)) + 1);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
