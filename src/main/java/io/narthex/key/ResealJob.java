package io.narthex.key;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.job.Job;
import io.narthex.job.JobPage;
import io.narthex.key.master.SealedColumn;
import io.narthex.nix.signature.SecretKey;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Seals again, under this node's master key, the secrets that another master key has sealed. It is needed only where
 * {@code NARTHEX_OTHER_MASTER_KEY_FILE} names the other one. A page is one transaction, so that every secret is always
 * sealed under one of the two.
 */
@ApplicationScoped
public class ResealJob implements Job {
    private static final System.Logger LOG = System.getLogger(ResealJob.class.getName());
    private static final int PAGE = 100;

    @Inject
    private KeyVault vault;

    @Inject
    private SigningKeys keys;

    @Inject
    @Any
    private Instance<SealedColumn> columns;

    @Inject
    private AuditLog audit;

    private volatile boolean finished;

    @Override
    public String name() {
        return "reseal-keys";
    }

    @Override
    public String subject() {
        return "keys";
    }

    @Override
    public boolean due() {
        return vault.hasOther() && !finished;
    }

    /** First the keys, whose checkpoint is a number; then the columns, {@code column number}. */
    @Override
    public JobPage page(@Nullable String checkpoint) {
        String at = checkpoint == null ? "0" : checkpoint;
        int space = at.indexOf(' ');
        return space < 0
                ? keys(Long.parseLong(at))
                : column(at.substring(0, space), Long.parseLong(at.substring(space + 1)));
    }

    private JobPage keys(long after) {
        // nobody destroys a secret meanwhile, only to find it written again
        keys.lock();
        List<SigningKeyEntity> page = keys.sealedBehind(after, PAGE);
        long resealed = page.stream().filter(this::reseal).count();
        String next = page.isEmpty() ? behind("") : Long.toString(page.getLast().id());
        return new JobPage(next, page.size(), 0, resealed, 0);
    }

    private JobPage column(String name, long after) {
        SealedColumn.Resealed page = columns.stream()
                .filter(column -> column.column().equals(name))
                .findFirst()
                .map(column -> column.reseal(after, PAGE))
                .orElse(new SealedColumn.Resealed(after, 0, 0));
        if (page.changed() > 0) {
            audit.record(AuditEvent.of(AuditAction.MASTER_KEY_CHANGED)
                    .detail("column", name)
                    .detail("rows", page.changed()));
        }
        String next = page.seen() == 0 ? behind(name) : name + " " + page.last();
        return new JobPage(next, page.seen(), 0, page.changed(), 0);
    }

    /** Where the column behind that one begins; null: it was the last. */
    private @Nullable String behind(String name) {
        Optional<String> next = columns.stream()
                .map(SealedColumn::column)
                .filter(column -> column.compareTo(name) > 0)
                .sorted()
                .findFirst();
        finished = next.isEmpty();
        return next.map(column -> column + " 0").orElse(null);
    }

    private boolean reseal(SigningKeyEntity key) {
        byte[] sealed = key.sealedSecret();
        if (sealed == null || vault.isSealedNow(sealed)) {
            return false;
        }
        try (SecretKey secret = vault.open(key)) {
            key.reseal(vault.seal(secret));
        } catch (KeyException.Sealed e) {
            // neither master key opens it: the others are sealed anew all the same
            LOG.log(System.Logger.Level.ERROR, "event=key-sealed reason={0}", e.getMessage());
            return false;
        }
        audit.record(AuditEvent.of(AuditAction.MASTER_KEY_CHANGED).key(key.name()));
        return true;
    }
}
