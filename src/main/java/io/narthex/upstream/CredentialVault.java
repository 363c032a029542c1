package io.narthex.upstream;

import io.narthex.key.KeyVault;
import io.narthex.key.master.SealedColumn;
import io.narthex.key.master.WrongMasterKeyException;
import io.narthex.outbound.OutboundClient;
import io.narthex.outbound.OutboundRequest;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Seals the credentials of upstreams, each bound to its upstream and to scheme, host and port, and opens them. */
@ApplicationScoped
@Retried
public class CredentialVault implements SealedColumn {
    private static final System.Logger LOG = System.getLogger(CredentialVault.class.getName());

    @Inject
    private KeyVault vault;

    @PersistenceContext
    private EntityManager entities;

    byte[] seal(int id, URI url, Credentials credentials) {
        byte[] secret = credentials.toBytes();
        try {
            return vault.seal(secret, context(id, url));
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /**
     * What an upstream is asked with; empty where it is asked with nothing.
     *
     * @throws WrongMasterKeyException where the master key does not open it, or it was sealed for another origin
     */
    Optional<OutboundRequest.Credentials> open(Upstream upstream) throws WrongMasterKeyException {
        byte[] sealed = upstream.sealed();
        if (sealed == null) {
            return Optional.empty();
        }
        byte[] secret = vault.open(sealed, context(upstream.id(), upstream.url()));
        try {
            return Optional.of(new OutboundRequest.Credentials(
                    OutboundClient.originOf(upstream.url()),
                    Credentials.ofBytes(secret).authorization()));
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    private static String context(int id, URI url) {
        return "narthex upstream " + id + " " + OutboundClient.originOf(url);
    }

    @Override
    public String column() {
        return "upstream.sealed_credentials";
    }

    @Override
    @Transactional
    public Optional<String> anySealed() {
        List<?> found = entities.createNativeQuery(
                        "select name from upstream where sealed_credentials is not null order by id limit 1",
                        String.class)
                .getResultList();
        return found.stream().findFirst().map(name -> "the credentials of the upstream " + name);
    }

    @Override
    @Transactional(Transactional.TxType.MANDATORY)
    public Resealed reseal(long after, int most) {
        List<?> rows = entities.createNativeQuery(
                        "select id, url, sealed_credentials from upstream where sealed_credentials is not null and id"
                                + " > :after order by id limit :most for update",
                        Object[].class)
                .setParameter("after", after)
                .setParameter("most", most)
                .getResultList();
        long last = after;
        long changed = 0;
        for (Object row : rows) {
            Object[] columns = (Object[]) row;
            int id = ((Number) columns[0]).intValue();
            last = id;
            changed += reseal(id, URI.create((String) columns[1]), (byte[]) columns[2]) ? 1 : 0;
        }
        return new Resealed(last, rows.size(), changed);
    }

    private boolean reseal(int id, URI url, byte[] sealed) {
        if (vault.isSealedNow(sealed)) {
            return false;
        }
        try {
            byte[] secret = vault.open(sealed, context(id, url));
            try {
                entities.createNativeQuery("update upstream set sealed_credentials = :sealed where id = :id")
                        .setParameter("sealed", vault.seal(secret, context(id, url)))
                        .setParameter("id", id)
                        .executeUpdate();
            } finally {
                Arrays.fill(secret, (byte) 0);
            }
            return true;
        } catch (WrongMasterKeyException e) {
            // neither master key opens it: the others are sealed anew all the same
            LOG.log(System.Logger.Level.ERROR, "event=credentials-sealed upstream={0} reason={1}", id, e.getMessage());
            return false;
        }
    }
}
