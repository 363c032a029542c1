package io.narthex.provenance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.cache.Cache;
import io.narthex.http.JsonResolver;
import io.narthex.nix.store.StorePathHash;
import io.narthex.transaction.Retried;
import io.narthex.trust.Provenance;
import jakarta.annotation.Resource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import javax.sql.DataSource;

/** Reads which build pushed a path. */
@ApplicationScoped
@Retried
@Transactional
public class Provenances {
    private static final String FIND =
            "select store_path_base_name(u.hash, u.name) as path, encode(u.nar_hash, 'hex') as nar_hash,"
                    + " u.published_at, i.public_id, i.issuer, i.trust, i.claims, i.repository, i.commit, i.ref,"
                    + " i.workflow, i.run from uploaded_path u join token_identity i on i.token_id ="
                    + " coalesce(u.built_by, u.published_by) where u.cache_id = ? and u.hash = ?";

    private static final ObjectMapper JSON = new JsonResolver().getContext(ObjectMapper.class);

    @Resource(lookup = "java:jboss/datasources/NarthexDS")
    private DataSource dataSource;

    /**
     * A path that a build pushed.
     *
     * @param path its base name
     * @param narHash SHA-256 of its NAR as it was received, in hexadecimal digits
     * @param token public id of the token that pushed it
     */
    public record PushedPath(String path, String narHash, Instant pushedAt, String token, Provenance provenance) {}

    /** Empty where the cache has no such path, or no build pushed it. */
    public Optional<PushedPath> find(Cache cache, StorePathHash hash) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement s = connection.prepareStatement(FIND)) {
            s.setInt(1, cache.id());
            s.setBytes(2, hash.toBytes());
            try (ResultSet row = s.executeQuery()) {
                return row.next() ? Optional.of(path(row)) : Optional.empty();
            }
        } catch (SQLException | JsonProcessingException e) {
            throw new IllegalStateException("the origin of a path cannot be read", e);
        }
    }

    private static PushedPath path(ResultSet row) throws SQLException, JsonProcessingException {
        return new PushedPath(
                row.getString("path"),
                row.getString("nar_hash"),
                row.getObject("published_at", OffsetDateTime.class).toInstant(),
                row.getString("public_id"),
                new Provenance(
                        row.getString("issuer"),
                        row.getString("trust"),
                        JSON.readValue(row.getString("claims"), new TypeReference<>() {}),
                        row.getString("repository"),
                        row.getString("commit"),
                        row.getString("ref"),
                        row.getString("workflow"),
                        row.getString("run")));
    }
}
