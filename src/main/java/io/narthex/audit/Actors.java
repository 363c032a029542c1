package io.narthex.audit;

import io.narthex.configuration.Settings;
import io.narthex.http.RequestIdFilter;
import io.undertow.servlet.handlers.ServletRequestContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/** Finds out for whom the present thread works: a request, a job, or the server itself. */
@ApplicationScoped
class Actors {
    @Inject
    private Requester requester;

    @Inject
    private Settings settings;

    Actor current() {
        if (OwnWork.isUnderWay()) {
            return Actor.SERVER;
        }
        ServletRequestContext request = ServletRequestContext.current();
        if (request != null) {
            return new Actor(
                    requester.kind(),
                    requester.tokenId(),
                    requester.tokenNote(),
                    settings.audit()
                            .addresses()
                            .kept(request.getExchange().getSourceAddress().getAddress()),
                    id(request));
        }
        EarlyRequest.Sender early = EarlyRequest.sender();
        if (early != null) {
            return new Actor(
                    "token",
                    early.tokenId(),
                    early.tokenNote(),
                    settings.audit().addresses().kept(early.address()),
                    early.requestId());
        }
        String job = JobAtWork.name();
        return job == null ? Actor.SERVER : Actor.job(job);
    }

    private static @Nullable String id(ServletRequestContext request) {
        return request.getServletRequest() instanceof HttpServletRequest http ? RequestIdFilter.idOf(http) : null;
    }
}
