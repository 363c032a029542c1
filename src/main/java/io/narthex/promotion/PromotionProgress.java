package io.narthex.promotion;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;

/** Writes down how far promotions are that the job does, whatever becomes of the caller's transaction. */
@ApplicationScoped
@io.narthex.transaction.Retried
@Transactional(Transactional.TxType.REQUIRES_NEW)
public class PromotionProgress {
    private static final String TELL = """
        insert into promotion_progress as p (promotion_id, done, total) values (?, ?, ?)
        on conflict on constraint promotion_progress_pk do update
            set done = greatest(p.done, excluded.done), total = excluded.total, at = clock_timestamp()
        """;

    @Inject
    private ClosureRows rows;

    /** @param done paths whose bytes were stored, or that were judged and written */
    void tell(long promotion, long done, long total) {
        rows.with(TELL, s -> {
            s.setLong(1, promotion);
            s.setLong(2, done);
            s.setLong(3, total);
            return s.executeUpdate();
        });
    }
}
