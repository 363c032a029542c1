package io.narthex.operations;

import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/**
 * Gives memory back to the machine when nobody needs it. The serial collector returns heap only in a full collection,
 * and one comes only when the heap is full; so after busy hours a server at rest would keep all of it. This asks for
 * one, once, when the work that went before has ended.
 */
@Singleton
@Startup
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class IdleHeap {
    private final QuietTime quiet = new QuietTime();

    @Schedule(hour = "*", minute = "*", persistent = false)
    void look() {
        if (quiet.hasBegun(collections())) {
            System.gc();
            quiet.collected(collections());
        }
    }

    /** How often all collectors together have run so far. */
    private static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
    }
}
