package io.narthex.promotion;

import io.narthex.nix.store.StorePath;
import io.narthex.promotion.PromotionRefusedException.Failure;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Collects which paths fail and why, as many as anybody reads. For one thread. */
final class Failures {
    private static final int MOST = 100;

    private final List<Failure> found = new ArrayList<>();

    void add(StorePath path, String reason) {
        add(path.baseName(), reason);
    }

    void add(String path, String reason) {
        if (found.size() < MOST) {
            found.add(new Failure(path, reason));
        }
    }

    void addAll(Collection<String> paths, String reason) {
        paths.forEach(path -> add(path, reason));
    }

    boolean isEmpty() {
        return found.isEmpty();
    }

    /** @throws PromotionRefusedException if there are any */
    void requireNone() {
        if (!isEmpty()) {
            throw new PromotionRefusedException(found);
        }
    }
}
