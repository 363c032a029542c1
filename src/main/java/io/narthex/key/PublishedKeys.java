package io.narthex.key;

import io.narthex.cache.Cache;
import io.narthex.cache.PublicKeys;
import io.narthex.transaction.Retried;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads the public keys to trust of many caches by one query. */
@ApplicationScoped
@Retried
@Transactional
class PublishedKeys implements PublicKeys {
    @Inject
    private SigningKeys keys;

    @Override
    public Map<Integer, List<String>> of(Collection<Cache> caches) {
        return keys.of(caches.stream().map(Cache::id).toList()).stream()
                .filter(key -> key.state().isPublished())
                .collect(Collectors.groupingBy(
                        SigningKeyEntity::cacheId,
                        Collectors.mapping(key -> key.publicKey().toString(), Collectors.toList())));
    }
}
