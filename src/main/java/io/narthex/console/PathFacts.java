package io.narthex.console;

import io.narthex.auditor.Fetches;
import io.narthex.cache.Cache;
import io.narthex.console.PathPage.Fact;
import io.narthex.console.PathPage.FetchRow;
import io.narthex.console.PathPage.Reason;
import io.narthex.console.format.PageText;
import io.narthex.index.SignedPath;
import io.narthex.index.upload.PathDetail;
import io.narthex.nix.store.StorePath;
import io.narthex.provenance.Provenances.PushedPath;
import io.narthex.retention.Explanation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Puts into words what is known of a path. */
final class PathFacts {
    private PathFacts() {}

    static List<Fact> of(Cache cache, SignedPath path, PathDetail detail) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("Store path", path.path().toString(cache.storeDir())));
        facts.add(new Fact("Unpacked", PageText.bytes(path.narSize())));
        facts.add(new Fact(
                "As a file",
                PageText.bytes(detail.path().fileSize()) + ", " + detail.path().compression()));
        facts.add(new Fact("Hash of the NAR", path.narHash().toNix32()));
        path.facts().deriver().map(StorePath::baseName).ifPresent(drv -> facts.add(new Fact("Deriver", drv)));
        path.facts().contentAddress().ifPresent(address -> facts.add(new Fact("Content address", address)));
        facts.add(new Fact("Here since", PageText.moment(path.since())));
        facts.add(new Fact("From", origin(detail)));
        return facts;
    }

    private static String origin(PathDetail detail) {
        if (detail.indexedFrom() != null) {
            return "the Nix store " + detail.indexedFrom();
        }
        String token = detail.path().publishedBy();
        return token == null ? "a push by the administrator" : "a push with the token " + token;
    }

    static List<Fact> of(PushedPath path) {
        List<Fact> facts = new ArrayList<>();
        add(facts, "Repository", path.provenance().repository());
        add(facts, "Commit", path.provenance().commit());
        add(facts, "Ref", path.provenance().ref());
        add(facts, "Workflow", path.provenance().workflow());
        add(facts, "Run", path.provenance().run());
        add(facts, "Issuer", path.provenance().issuer());
        add(facts, "Trust", path.provenance().trust());
        add(facts, "Pushed", PageText.moment(path.pushedAt()));
        return facts;
    }

    private static void add(List<Fact> facts, String name, @Nullable String value) {
        if (value != null) {
            facts.add(new Fact(name, value));
        }
    }

    static FetchRow fetch(Fetches.Fetch fetch) {
        String who = fetch.token() == null
                ? "no token"
                : "token " + fetch.token() + (fetch.note() == null ? "" : " " + fetch.note());
        return new FetchRow(
                PageText.moment(fetch.at()),
                who,
                fetch.address() == null ? "" : fetch.address(),
                PageText.bytes(fetch.bytes()) + (fetch.complete() ? "" : ", not all of it"));
    }

    static String retention(Explanation explanation) {
        if (explanation.goesAt() != null && explanation.kept() && explanation.more()) {
            return "It stays until " + PageText.moment(explanation.goesAt()) + " at least.";
        }
        if (explanation.goesAt() != null) {
            return (explanation.kept() ? "If nobody uses it until then, it goes at " : "It goes at ")
                    + PageText.moment(explanation.goesAt()) + ".";
        }
        return explanation.kept() ? "It stays." : "Nothing keeps it.";
    }

    static List<Reason> reasons(Explanation explanation) {
        Stream<Reason> more =
                explanation.more() ? Stream.of(new Reason("There may be more.", List.of())) : Stream.empty();
        return Stream.concat(
                        explanation.because().stream().map(root -> new Reason(sentence(root), root.through())), more)
                .toList();
    }

    private static String sentence(Explanation.Root root) {
        String until = root.until() == null ? "" : ", until " + PageText.moment(root.until());
        return switch (root.kind()) {
            case "pin" -> "The pin " + Objects.requireNonNull(root.pin()) + ", revision " + root.revision() + until;
            case "use" -> "It was used" + until;
            case "hold" -> "A legal hold" + until;
            case "promotion" -> "A promotion published it" + until;
            case "referrer" -> "What needs it is to go too" + until;
            default -> "The cache keeps it for ever";
        };
    }
}
