package io.narthex.receive;

import io.narthex.cache.Cache;
import io.narthex.nix.hash.HashAlgorithm;
import io.narthex.nix.narinfo.ContentAddress;
import io.narthex.nix.narinfo.NarInfo;
import io.narthex.nix.store.StoreDir;
import io.narthex.nix.store.StorePath;
import io.narthex.nix.store.StorePathHash;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Decides whether a cache takes a narinfo, whether it is true, and whether it agrees with what is published: a pure
 * function.
 */
public final class PublishPolicy {
    private static final String NAR_PREFIX = "nar/";

    private PublishPolicy() {}

    /**
     * Whether the cache takes what is pushed.
     *
     * @throws RefusedException where it does not
     */
    public static void requireUploads(Cache cache) {
        if (!cache.takesUploads()) {
            throw Refusal.NOT_TAKEN.because(cache.fullName());
        }
        if (cache.isPromotedTo()) {
            throw Refusal.ONLY_PROMOTED.because(cache.fullName());
        }
    }

    /**
     * The uploaded file that a narinfo speaks of.
     *
     * @throws RefusedException unless the URL is {@code nar/} and the name of an upload
     */
    public static UploadName fileOf(NarInfo info) {
        if (info.url().startsWith(NAR_PREFIX)) {
            try {
                return UploadName.parse(info.url().substring(NAR_PREFIX.length()));
            } catch (RefusedException e) {
                throw untrueUrl(info, "nar/ and the name of a file that was uploaded here");
            }
        }
        throw untrueUrl(info, "relative, nar/ and the name of a file that was uploaded here");
    }

    /**
     * Compares all that a narinfo says of a path with what is so.
     *
     * @param storeDir of the cache
     * @param asked the hash in the URL of the request
     * @param facts of the file that {@link #fileOf} names
     * @throws RefusedException at the first field that is wrong
     */
    public static void checkTrue(StoreDir storeDir, StorePathHash asked, NarInfo info, NarFacts facts) {
        checkPath(storeDir, asked, info);
        checkFile(info, facts);
        same("NarHash", info.narHash(), facts.narHash());
        same("NarSize", info.narSize(), facts.narSize());
        checkReferences(info);
        info.contentAddress().ifPresent(text -> checkAddress(info, ContentAddress.parse(text), facts));
    }

    /**
     * Compares which path a narinfo speaks of with the one that is meant.
     *
     * @throws RefusedException where they differ
     */
    public static void checkPath(StoreDir storeDir, StorePathHash asked, NarInfo info) {
        String path = info.storePath().toString(info.storeDir());
        require("StorePath", info.storeDir().equals(storeDir), path, "a path in " + storeDir);
        require("StorePath", info.storePath().hash().equals(asked), path, "a path of hash " + asked);
    }

    /**
     * References that the cache must hold: all but the path itself.
     *
     * @return sorted
     */
    public static SortedSet<StorePath> otherReferences(NarInfo info) {
        SortedSet<StorePath> others = new TreeSet<>(info.references());
        others.remove(info.storePath());
        return others;
    }

    /**
     * Compares a narinfo with the one that is published for the same hash. Another file, deriver or set of signatures
     * is no conflict, and neither is a content address that one of them lacks.
     *
     * @throws RefusedException at the first field that differs
     */
    public static void checkSame(NarInfo published, NarInfo pushed) {
        agree("StorePath", published.storePath(), pushed.storePath());
        agree("NarHash", published.narHash(), pushed.narHash());
        agree("NarSize", published.narSize(), pushed.narSize());
        agree("References", names(published), names(pushed));
        // unknown is not different
        if (published.contentAddress().isPresent()) {
            pushed.contentAddress()
                    .ifPresent(address -> agree("CA", published.contentAddress().get(), address));
        }
    }

    private static void checkFile(NarInfo info, NarFacts facts) {
        UploadName file = fileOf(info);
        String name = NAR_PREFIX + facts.fileHash().nix32() + ".nar"
                + facts.compression().extension();
        boolean named = file.hash().equals(facts.fileHash()) || file.hash().equals(facts.narHash());
        require("URL", named && file.fits(facts.compression()), info.url(), name);
        same("Compression", info.compression(), facts.compression().nixName());
        info.fileHash().ifPresent(said -> same("FileHash", said, facts.fileHash()));
        info.fileSize().ifPresent(said -> same("FileSize", said, facts.fileSize()));
    }

    /** Another path of the same hash cannot be in a store beside this one. */
    private static void checkReferences(NarInfo info) {
        StorePath path = info.storePath();
        for (StorePath reference : info.references()) {
            require(
                    "References",
                    reference.equals(path) || !reference.hash().equals(path.hash()),
                    reference.baseName(),
                    path.baseName());
        }
    }

    /**
     * The path must follow from the address, and the address from the bytes where we have that hash: SHA-256 of the NAR
     * or of the one file in it. The hash of a NAR that refers to itself leaves the references out, so only its path is
     * checked; so it is for git trees and other algorithms.
     */
    private static void checkAddress(NarInfo info, ContentAddress address, NarFacts facts) {
        boolean self = info.references().contains(info.storePath());
        String path = info.storePath().toString(info.storeDir());
        String follows = address.storePath(info.storeDir(), info.storePath().name(), self, otherReferences(info))
                .map(computed -> "that of " + computed.toString(info.storeDir()))
                .orElse("an address that may have references");
        require("CA", follows.equals("that of " + path), address + " for " + path, follows);
        if (address.hash().algorithm() != HashAlgorithm.SHA256) {
            return;
        }
        switch (address.method()) {
            case NAR -> require("CA", self || address.hash().equals(facts.narHash()), address, facts.narHash());
            case FLAT, TEXT ->
                require(
                        "CA",
                        facts.contentsHash().filter(address.hash()::equals).isPresent(),
                        address,
                        facts.contentsHash().<Object>map(hash -> hash).orElse("the hash of a NAR: it is not one file"));
            case GIT -> {}
        }
    }

    private static String names(NarInfo info) {
        return info.references().stream().map(StorePath::baseName).collect(Collectors.joining(" ", "[", "]"));
    }

    private static RefusedException untrueUrl(NarInfo info, String truth) {
        return untrue("URL", info.url(), truth);
    }

    private static RefusedException untrue(String field, String said, String truth) {
        return Refusal.UNTRUE.because(field, Refusal.shown(said), Refusal.shown(truth));
    }

    /** What is published and what is pushed differ in a field. */
    public static RefusedException conflict(String field, String published, String pushed) {
        return Refusal.CONFLICT.because(field, Refusal.shown(published), Refusal.shown(pushed));
    }

    private static void same(String field, Object said, Object truth) {
        require(field, said.equals(truth), said, truth);
    }

    private static void require(String field, boolean holds, Object said, Object truth) {
        if (!holds) {
            throw untrue(field, said.toString(), truth.toString());
        }
    }

    private static void agree(String field, Object published, Object pushed) {
        if (!published.equals(pushed)) {
            throw conflict(field, published.toString(), pushed.toString());
        }
    }
}
