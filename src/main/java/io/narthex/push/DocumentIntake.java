package io.narthex.push;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.access.PushRight;
import io.narthex.blob.NoRoomException;
import io.narthex.cache.Cache;
import io.narthex.configuration.Settings;
import io.narthex.index.upload.Document;
import io.narthex.index.upload.DocumentFacts;
import io.narthex.index.upload.DocumentKind;
import io.narthex.index.upload.DocumentStream;
import io.narthex.index.upload.SpooledDocument;
import io.narthex.index.upload.UploadedDocuments;
import io.narthex.nix.store.StorePath;
import io.narthex.receive.PublishPolicy;
import io.narthex.receive.Refusal;
import io.narthex.receive.UploadRoom;
import io.narthex.receive.UploadRooms;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Receives build logs, debug information and listings, and gives the first two back. Thread-safe. */
@ApplicationScoped
public class DocumentIntake {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Bytes of a log, compressed: the database writes so many at once. */
    private static final int LONGEST_CODED = 16 << 20;

    @Inject
    private Settings settings;

    @Inject
    private UploadedDocuments documents;

    @Inject
    private UploadRooms rooms;

    /** Keeps a build log; a later one takes its place. */
    public boolean log(PushRight right, StorePath derivation, InputStream text) {
        PublishPolicy.requireUploads(right.cache());
        try (SpooledDocument spooled = spooled(text);
                UploadRoom room = rooms.into(right.cache())) {
            room.cover(spooled.size());
            boolean made = keep(right, now -> documents.put(now, DocumentKind.LOG, derivation.baseName(), spooled));
            room.counted();
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Keeps what has come, if it still may be. */
    static boolean keep(PushRight right, Predicate<PushRight> work) {
        return right.again().use(now -> {
            PublishPolicy.requireUploads(now.cache());
            return work.test(now);
        });
    }

    /** Compressed as it comes, into a file: many logs at once would fill the heap. */
    private SpooledDocument spooled(InputStream text) throws IOException {
        try {
            return SpooledDocument.of(text, settings.home().resolve("spool"), settings.diskReserve(), LONGEST_CODED);
        } catch (Document.TooLongException e) {
            throw Refusal.BODY_TOO_LARGE.because(Refusal.size(LONGEST_CODED));
        } catch (NoRoomException e) {
            throw Refusal.NO_ROOM.because().after(e);
        }
    }

    /** The log that was pushed. */
    public Optional<DocumentFacts> findLog(Cache cache, StorePath derivation) {
        return cache.takesUploads()
                ? documents.facts(cache.id(), DocumentKind.LOG, derivation.baseName())
                : Optional.empty();
    }

    /** Its text, fetched as it is read. */
    public InputStream open(DocumentFacts log) throws IOException {
        return DocumentStream.open(documents, log);
    }

    /**
     * Keeps where the debug information of a build id lies; the first stays, as Nix itself does not overwrite it.
     *
     * @throws RefusedException unless it is JSON that names an archive and a member
     */
    public boolean debuginfo(PushRight right, String buildId, byte[] json) {
        requireDebuginfo(json);
        try (UploadRoom room = rooms.into(right.cache())) {
            room.cover(json.length);
            boolean made = keep(right, now -> documents.putIfAbsent(now, DocumentKind.DEBUGINFO, buildId, json));
            room.counted();
            return made;
        }
    }

    /** The name of the NAR file in which debug information lies. */
    public static String archive(byte[] debuginfo) {
        String url = parse(debuginfo, "debuginfo").path("archive").asText();
        return url.substring(url.lastIndexOf('/') + 1);
    }

    /**
     * What others tell of debug information, with the URL that its NAR has in every cache of this server.
     *
     * @throws RefusedException unless it is JSON that names an archive and a member
     */
    public static byte[] ofOthers(byte[] debuginfo) {
        String member = requireDebuginfo(debuginfo).path("member").asText();
        try {
            return JSON.writeValueAsBytes(Map.of("archive", "../nar/" + archive(debuginfo), "member", member));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts in a map are JSON", e);
        }
    }

    private static JsonNode requireDebuginfo(byte[] json) {
        JsonNode object = parse(json, "debuginfo");
        if (!object.path("archive").isTextual() || !object.path("member").isTextual()) {
            throw Refusal.MALFORMED.because("debuginfo names an archive and a member");
        }
        return object;
    }

    public Optional<Document> findDebuginfo(Cache cache, String buildId) {
        return find(cache, DocumentKind.DEBUGINFO, buildId);
    }

    /** A cache that takes no uploads any more shows none. */
    Optional<Document> find(Cache cache, DocumentKind kind, String name) {
        return cache.takesUploads() ? documents.find(cache.id(), kind, name) : Optional.empty();
    }

    /**
     * Lets a listing pass that a client made. It is not kept, so that nothing in it is a reason to refuse: the one given out
     * is made from the NAR that was verified.
     */
    public void listing(PushRight right, InputStream body) throws IOException {
        PublishPolicy.requireUploads(right.cache());
        body.transferTo(OutputStream.nullOutputStream());
        PublishPolicy.requireUploads(right.again().cache());
    }

    /** The object that it is; the second is how the sentence of a refusal names it. */
    static JsonNode parse(byte[] json, String what) {
        try {
            JsonNode read = JSON.readTree(json);
            if (read != null && read.isObject()) {
                return read;
            }
        } catch (IOException e) {
            // answered below: Jackson's words name classes
        }
        throw Refusal.MALFORMED.because(what + " must be a JSON object");
    }
}
