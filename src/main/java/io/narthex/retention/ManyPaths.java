package io.narthex.retention;

import io.narthex.audit.AuditAction;
import io.narthex.audit.AuditEvent;
import io.narthex.nix.hash.HashAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/** Describes an event that stands for many paths: with their count, and a hash by which a list of them can be checked. */
final class ManyPaths {
    private ManyPaths() {}

    /**
     * The hash is SHA-256 over the base names, sorted bytewise, each with a line feed: {@code sort | sha256sum} in the C
     * locale.
     */
    static AuditEvent event(AuditAction action, RetentionRun run, List<String> baseNames) {
        return event(action, run.tenantId(), run.cacheId(), baseNames).detail("run", run.id());
    }

    /** The same for what no run of the collector did. */
    static AuditEvent event(AuditAction action, int tenantId, int cacheId, List<String> baseNames) {
        MessageDigest digest = HashAlgorithm.SHA256.newDigest();
        baseNames.stream().sorted().forEach(name -> digest.update((name + "\n").getBytes(StandardCharsets.US_ASCII)));
        return AuditEvent.of(action)
                .cache(tenantId, cacheId)
                .detail("count", baseNames.size())
                .detail("sha256", HexFormat.of().formatHex(digest.digest()));
    }
}
