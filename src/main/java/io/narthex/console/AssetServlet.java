package io.narthex.console;

import io.narthex.nix.hash.HashAlgorithm;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Serves the console's style sheet, script and icon, to anybody. */
@WebServlet(name = "AssetServlet", urlPatterns = AssetServlet.ROOT + "*", asyncSupported = true)
public class AssetServlet extends HttpServlet {
    static final String ROOT = PageAddress.ROOT + "/assets/";

    private static final long serialVersionUID = 1;

    private static final Map<String, String> TYPES = Map.of(
            "console.css", "text/css;charset=utf-8",
            "console.js", "text/javascript;charset=utf-8",
            "icon.svg", "image/svg+xml",
            "refresh.js", "text/javascript;charset=utf-8");

    private final transient Map<String, Asset> read = new ConcurrentHashMap<>();

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Asset(String type, String entityTag, byte[] bytes) {}

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        String path = request.getPathInfo();
        String name = path == null ? "" : path.substring(1);
        String type = TYPES.get(name);
        if (type == null) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        Asset asset = read.computeIfAbsent(name, n -> read(n, type));
        response.setHeader("ETag", asset.entityTag());
        response.setHeader("Cache-Control", "public, max-age=300");
        if (asset.entityTag().equals(request.getHeader("If-None-Match"))) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return;
        }
        response.setContentType(asset.type());
        response.getOutputStream().write(asset.bytes());
    }

    private Asset read(String name, String type) {
        try (InputStream file = getServletContext().getResourceAsStream("/WEB-INF/console/assets/" + name)) {
            byte[] bytes = file.readAllBytes();
            String digest =
                    HexFormat.of().formatHex(HashAlgorithm.SHA256.newDigest().digest(bytes), 0, 8);
            return new Asset(type, "\"" + digest + "\"", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
