package io.narthex.key;

import io.narthex.nix.signature.PublicKey;
import io.narthex.nix.signature.SecretKey;
import io.narthex.nix.signature.Signature;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;

/** The keys that sign now, in memory. Thread-safe. */
@ApplicationScoped
public class KeyRing {
    @Inject
    private KeyVault vault;

    private volatile List<Member> members = List.of();

    /**
     * A key of the ring.
     *
     * @param id its row; signatures are stored under it
     */
    public record Member(long id, SecretKey secret) {
        public PublicKey publicKey() {
            return secret.publicKey();
        }

        public Signature sign(byte[] fingerprint) {
            return secret.sign(fingerprint);
        }
    }

    @PostConstruct
    void load() {
        members = vault.open().stream().map(k -> new Member(k.id(), k.secret())).toList();
    }

    /** At least one, in the order in which they were made. */
    public List<Member> members() {
        return members;
    }

    @PreDestroy
    void wipe() {
        members.forEach(m -> m.secret().close());
    }
}
