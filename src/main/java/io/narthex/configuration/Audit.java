package io.narthex.configuration;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * The settings that say what the audit record keeps, and how long.
 *
 * @param addresses how much of clients' addresses
 * @param reads whether downloads are written down and narinfos counted
 * @param retentionMonths after so many whole months a month goes to the export; none: it stays
 * @param export where months go that are older; there is one where there is a retention
 */
public record Audit(
        AuditAddresses addresses, boolean reads, OptionalInt retentionMonths, Optional<BlobLocation> export) {}
