package io.narthex.access;

import io.narthex.cache.CacheDirectory;
import io.narthex.cache.RequestedCache;
import io.narthex.http.Public;
import io.narthex.http.Requires;
import io.narthex.http.Right;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.container.DynamicFeature;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.FeatureContext;
import jakarta.ws.rs.ext.Provider;
import java.lang.reflect.Method;
import java.util.Optional;

/**
 * Puts an access check before each resource method, by the annotation that the method has. It runs while the
 * application starts, and a method without such an annotation stops the start.
 */
@Provider
@ApplicationScoped
public class AccessFeature implements DynamicFeature {
    @Inject
    Callers callers;

    @Inject
    PresentCaller present;

    @Inject
    RequestedCache requested;

    @Inject
    CacheDirectory caches;

    @Override
    public void configure(ResourceInfo resource, FeatureContext context) {
        requiredBy(resource.getResourceMethod())
                .ifPresent(right -> context.register(new AccessFilter(right, callers, present, requested, caches)));
    }

    /**
     * The right that a resource method declares, none if it is public.
     *
     * @throws IllegalStateException if it declares both or nothing, which stops the deployment
     */
    static Optional<Right> requiredBy(Method method) {
        Requires requires = method.getAnnotation(Requires.class);
        boolean open = method.isAnnotationPresent(Public.class);
        if ((requires != null) == open) {
            throw new IllegalStateException(method + " must have either @Requires or @Public");
        }
        return Optional.ofNullable(requires).map(Requires::value);
    }
}
