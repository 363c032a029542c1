package io.narthex.promotion;

import io.narthex.access.RightChangedException;
import io.narthex.cache.Cache;
import io.narthex.key.KeyRing;
import io.narthex.nix.signature.PublicKey;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.sql.ResultSet;
import java.sql.Types;
import java.util.List;
import java.util.OptionalLong;

/**
 * Lets nothing of what allows a promotion change until the end of the caller's transaction: the settings of the target, its
 * gates among them, the token, and the keys that the gates ask for.
 */
@ApplicationScoped
@Transactional(Transactional.TxType.MANDATORY)
class TargetRight {
    @Inject
    private ClosureRows rows;

    @Inject
    private KeyRing ring;

    /** @throws RightChangedException where something has changed already */
    void hold(Cache target, OptionalLong token) {
        List<PublicKey> keys = new GatePolicy(target, ring.of(target)::isRevoked, ring.now()).keys();
        boolean stands = rows.with("select push_right_stands(?, ?, ?, ?, ?)", s -> {
            s.setInt(1, target.tenantId());
            s.setInt(2, target.id());
            s.setLong(3, target.version());
            s.setObject(4, token.isPresent() ? token.getAsLong() : null, Types.BIGINT);
            // a revoked key is told of by the gates
            s.setArray(
                    5,
                    s.getConnection()
                            .createArrayOf(
                                    "bytea",
                                    keys.stream()
                                            .filter(key -> !ring.of(target).isRevoked(key))
                                            .map(PublicKey::bytes)
                                            .toArray(byte[][]::new)));
            try (ResultSet r = s.executeQuery()) {
                return r.next() && r.getBoolean(1);
            }
        });
        if (!stands) {
            throw new RightChangedException();
        }
    }
}
