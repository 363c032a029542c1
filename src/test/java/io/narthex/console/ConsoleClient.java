package io.narthex.console;

import io.narthex.it.TestCertificate;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Uses the console as a browser does: keeps cookies, and posts forms with what stood in them. Follows no redirect. */
public final class ConsoleClient {
    public static final String ROOT = "/console";
    public static final String SESSION = "narthex-console";

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    /** Of a server that has time for nothing else. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Pattern FORM = Pattern.compile("name=\"form\" value=\"([^\"]*)\"");

    private final String server;
    private final HttpClient client;
    private final Map<String, String> cookies = new TreeMap<>();
    private String formToken = "";

    /** @param server its URL, without a slash at its end */
    public ConsoleClient(String server) {
        this.server = server;
        client = CLIENT;
    }

    /** The same that trusts another server's certificate too. */
    public ConsoleClient(String server, TestCertificate trusted) throws IOException, GeneralSecurityException {
        this.server = server;
        client = HttpClient.newBuilder().sslContext(trusted.context()).build();
    }

    /** Of the server of the integration tests. */
    public ConsoleClient() {
        this(System.getProperty("it.url"));
    }

    /** Shows the form and pastes a token into it. */
    public HttpResponse<String> logIn(String token) throws IOException, InterruptedException {
        get(ROOT);
        return post(ROOT, "do", "log-in", "token", token);
    }

    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return getFrom(server + path);
    }

    /** From any server. Cookies go to consoles alone. */
    public HttpResponse<String> getFrom(String url) throws IOException, InterruptedException {
        return send(request(url).GET());
    }

    /** With the token of the form that was shown last, from a page of the server. */
    public HttpResponse<String> post(String path, String... fields) throws IOException, InterruptedException {
        return postFrom(server, path, fields);
    }

    /** The same from a page of another site; an empty origin is not sent. */
    public HttpResponse<String> postFrom(String origin, String path, String... fields)
            throws IOException, InterruptedException {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("form", formToken);
        for (int i = 0; i < fields.length; i += 2) {
            form.put(fields[i], fields[i + 1]);
        }
        String body = form.entrySet().stream()
                .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        HttpRequest.Builder request = request(server + path)
                .POST(BodyPublishers.ofString(body))
                .header("Content-Type", "application/x-www-form-urlencoded");
        return send(origin.isEmpty() ? request : request.header("Origin", origin));
    }

    /** What the browser would send of this name; empty where it has none. */
    public String cookie(String name) {
        return cookies.getOrDefault(name, "");
    }

    public void setCookie(String name, String value) {
        cookies.put(name, value);
    }

    private HttpRequest.Builder request(String url) {
        URI uri = URI.create(url);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(PATIENCE);
        if (!cookies.isEmpty() && uri.getPath().startsWith(ROOT)) {
            request.header(
                    "Cookie",
                    cookies.entrySet().stream()
                            .map(e -> e.getKey() + "=" + e.getValue())
                            .collect(Collectors.joining("; ")));
        }
        return request;
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
        for (String given : answer.headers().allValues("Set-Cookie")) {
            String pair = given.split(";", 2)[0];
            int sign = pair.indexOf('=');
            if (given.contains("Max-Age=0")) {
                cookies.remove(pair.substring(0, sign));
            } else {
                cookies.put(pair.substring(0, sign), pair.substring(sign + 1));
            }
        }
        Matcher token = FORM.matcher(answer.body());
        if (token.find()) {
            formToken = token.group(1);
        }
        return answer;
    }
}
