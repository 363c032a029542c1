package io.narthex.cache;

import io.narthex.http.BaseUrl;
import io.narthex.http.CurrentCaller;
import io.narthex.http.Preconditions;
import io.narthex.http.RequestUrl;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.tenant.TenantName;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes and changes caches for the present caller, who administers them: what the API does, for pages too. */
@ApplicationScoped
public class CallerCaches {
    @Inject
    private CacheAdministration caches;

    @Inject
    private CacheDirectory directory;

    @Inject
    private CurrentCaller caller;

    @Inject
    private RequestUrl url;

    /** @throws CacheException if the change is not allowed or not possible */
    CacheAdministration.Put put(TenantName tenant, CacheName name, CacheRequest request, Preconditions preconditions) {
        CacheAdministration.Put put = caches.put(
                tenant,
                name,
                request,
                preconditions,
                new CacheAdministration.Asker(
                        caller.may(Right.ADMINISTER_SERVER, "", ""),
                        caller.may(Right.GATE, tenant.text(), name.text()),
                        other -> caller.may(Right.PULL, tenant.text(), other),
                        ownHosts()));
        // whoever is told of it finds it
        directory.reload();
        return put;
    }

    /**
     * Changes one by the body that the API's PUT takes.
     *
     * @throws ProblemException where the change is not allowed or not possible
     */
    public void change(TenantName tenant, CacheName name, byte[] settings, Preconditions preconditions) {
        try {
            put(tenant, name, CacheRequest.read(new ByteArrayInputStream(settings)), preconditions);
        } catch (CacheException e) {
            throw new ProblemException(CacheExceptionMapper.problem(e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Set<String> ownHosts() {
        return Stream.of(url.base(), url.asSent()).map(BaseUrl::host).collect(Collectors.toSet());
    }
}
