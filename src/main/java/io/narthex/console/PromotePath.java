package io.narthex.console;

import io.narthex.cache.CacheDirectory;
import io.narthex.http.Right;
import io.narthex.http.problem.ProblemException;
import io.narthex.http.problem.ProblemType;
import io.narthex.nix.hash.NixFormatException;
import io.narthex.nix.store.StorePath;
import io.narthex.promotion.CallerPromotions;
import io.narthex.promotion.PromotionRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;

/** Promotes the path that the page is about into the cache, with all that it needs. */
@ApplicationScoped
public class PromotePath implements PageAction {
    @Inject
    private CacheDirectory caches;

    @Inject
    private CallerPromotions promotions;

    @Override
    public String name() {
        return "promote";
    }

    @Override
    public ConsolePage page() {
        return ConsolePage.PROMOTE;
    }

    @Override
    public Right right() {
        return Right.PROMOTE;
    }

    @Override
    public boolean needsFreshLogIn() {
        return false;
    }

    @Override
    public Result run(PageAddress address, ConsoleRequest form) {
        String note = form.posted("note").strip();
        if (note.length() > PromotionRequest.LONGEST) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "The note is too long");
        }
        PromotionRequest request =
                new PromotionRequest(form.posted("from"), List.of(path(form.posted("path"))), null, note);
        promotions.promote(caches.require(address.tenant(), address.cache()), request);
        return new Result.Next(form.getCacheUrl() + "?" + Posts.DONE + "=" + name());
    }

    private static StorePath path(String text) {
        try {
            return StorePath.parseBaseName(text);
        } catch (NixFormatException e) {
            throw new ProblemException(ProblemType.BAD_REQUEST, "That is no store path");
        }
    }
}
