package io.narthex.console;

import io.narthex.access.TokenLogin;
import io.narthex.console.form.FormValues;
import io.narthex.console.session.Session;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What views and pages know of the present request. */
@Named("console")
@RequestScoped
public class ConsoleRequest {
    @Inject
    private HttpServletRequest request;

    @Inject
    private TokenLogin login;

    private @Nullable PageAddress address;
    private @Nullable Session session;
    private String nonce = "";
    private String formToken = "";
    private String message = "";
    private String secret = "";
    private String next = "";
    private boolean again;
    private String title = "Console";

    void begin(String nonceOfAnswer) {
        nonce = nonceOfAnswer;
    }

    void entered(Session who, PageAddress where) {
        session = who;
        address = where;
        formToken = who.id().formToken();
        title = title(where);
    }

    private static String title(PageAddress where) {
        if (!where.cache().isEmpty()) {
            return where.tenant() + "/" + where.cache();
        }
        return where.page() == ConsolePage.TENANT
                ? where.tenant()
                : where.page().title();
    }

    void stranger(String token, String afterwards) {
        session = null;
        formToken = token;
        next = afterwards;
        title = "Log in";
    }

    /** Who is logged in is to show anew who that is. */
    void again() {
        again = true;
    }

    boolean isAgain() {
        return again;
    }

    void say(String sentence) {
        message = sentence;
    }

    void show(String text) {
        secret = text;
    }

    /** Which page it is. */
    PageAddress address() {
        return Optional.ofNullable(address).orElseThrow();
    }

    boolean isAt(ConsolePage page) {
        return address != null && address.page() == page;
    }

    /**
     * What the query or the posted form has of this name; empty where it has none. The listeners leave queries as they
     * are written, so that they are decoded here.
     */
    public String parameter(String name) {
        String query = request.getQueryString();
        if (query != null) {
            for (String pair : query.split("&", -1)) {
                int sign = pair.indexOf('=');
                if (sign > 0 && pair.substring(0, sign).equals(name)) {
                    return decoded(pair.substring(sign + 1));
                }
            }
        }
        return posted(name);
    }

    /** What the posted form has of this name; empty where it has none. */
    String posted(String name) {
        String text = request.getMethod().equals("POST") ? request.getParameter(name) : null;
        return text == null ? "" : text;
    }

    /**
     * What the fields of a form hold.
     *
     * @param action that the form is for
     * @param now what they hold where it was not refused just now
     */
    FormValues values(String action, Map<String, String> now) {
        return new FormValues(posted(Posts.DO).equals(action), this::posted, now);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    /** What every script and style of the page carries. */
    public String getNonce() {
        return nonce;
    }

    /** What every form of the page carries. */
    public String getFormToken() {
        return formToken;
    }

    /** What to tell the reader, one sentence; often empty. */
    public String getMessage() {
        return message;
    }

    /** That an action was done, where the page is loaded after it; no other text of a URL is shown. */
    public String getDone() {
        return switch (parameter(Posts.DONE)) {
            case "revoke-token" -> "The token is revoked";
            case "delete-pin" -> "The pin is deleted";
            case "lift-denial" -> "The rule is lifted";
            case "revoke-key" -> "The key is revoked";
            case "rotate-key" -> "The rotation is under way";
            case "promote" -> "It is promoted, or a job does that now";
            case "undo-promotion" -> "The promotion is taken back";
            case "set-cache" -> "The settings are changed";
            case "set-quota", "set-tenant-quota" -> "The quota is changed";
            case "make-trust" -> "The trust is made";
            case "delete-trust" -> "The trust is deleted, and its tokens are revoked";
            case "set-named-hold" -> "It is under a legal hold";
            case "hold-tenant" -> "The tenant is under a legal hold";
            case "release-hold", "release-named-hold" -> "The hold is released";
            case "" -> "";
            default -> "It is done";
        };
    }

    /** What is shown this once; often empty. */
    public String getSecret() {
        return secret;
    }

    /** Where the log-in leads. */
    public String getNext() {
        return next;
    }

    public String getTitle() {
        return title;
    }

    /** Of the page of the cache that this page is about. */
    public String getCacheUrl() {
        return PageAddress.ROOT + "/caches/" + address().tenant() + "/"
                + address().cache();
    }

    public boolean isLoggedIn() {
        return session != null;
    }

    /** Who is logged in, in words. */
    public String getWho() {
        return session == null ? "" : login.name();
    }

    /** The path of this page, for forms. */
    public String getPath() {
        return request.getRequestURI();
    }
}
