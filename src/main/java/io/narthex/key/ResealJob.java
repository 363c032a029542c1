package io.narthex.key;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.audit.AuditLog;
import io.narthex.job.Job;
import io.narthex.job.JobPage;
import io.narthex.nix.signature.SecretKey;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
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

    @Override
    public JobPage page(@Nullable String checkpoint) {
        // nobody destroys a secret meanwhile, only to find it written again
        keys.lock();
        List<SigningKeyEntity> page = keys.sealedBehind(checkpoint == null ? 0 : Long.parseLong(checkpoint), PAGE);
        long resealed = page.stream().filter(this::reseal).count();
        finished = page.isEmpty();
        String next = page.isEmpty() ? null : Long.toString(page.getLast().id());
        return new JobPage(next, page.size(), 0, resealed, 0);
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
