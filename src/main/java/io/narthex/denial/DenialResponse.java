package io.narthex.denial;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.narthex.denial.Denied.ByHash;
import io.narthex.denial.Denied.ByName;
import io.narthex.denial.Denied.ByNarHash;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that describes a rule: one of the first three behind the name is there, the others are null.
 *
 * @param createdBy the id of the token that made it; null: the administrator's
 * @param paths how many paths are known to be dark by it
 * @param complete whether these are all that was there when it was made; else a job goes on to find them
 * @param remembered what is told of such paths elsewhere
 */
public record DenialResponse(
        @JsonIgnore DenialSettings settings,
        String name,
        @Nullable String pattern,
        @Nullable String hash,
        @Nullable String narHash,
        boolean dependents,
        String reason,
        @Nullable Instant until,
        Instant createdAt,
        @Nullable String createdBy,
        long paths,
        boolean complete,
        String remembered) {
    private static final String REMEMBERED =
            "Proxies may give out narinfos for five minutes more, and NARs as long as they keep"
                    + " them; Nix clients remember a narinfo for 30 days, and what they have fetched they have";

    static DenialResponse of(
            String name,
            DenialSettings settings,
            Instant createdAt,
            @Nullable String createdBy,
            long paths,
            boolean complete) {
        Denied what = settings.what();
        return new DenialResponse(
                settings,
                name,
                what instanceof ByName rule ? rule.pattern().text() : null,
                what instanceof ByHash rule ? rule.hash().toString() : null,
                what instanceof ByNarHash rule ? rule.narHash().toNix32() : null,
                settings.dependents(),
                settings.reason(),
                settings.until(),
                createdAt,
                createdBy,
                paths,
                complete,
                REMEMBERED);
    }
}
