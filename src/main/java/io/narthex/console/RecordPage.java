package io.narthex.console;

import io.narthex.auditor.AuditScope;
import io.narthex.auditor.ChainChecks;
import io.narthex.auditor.EventQuery;
import io.narthex.auditor.EventResponse;
import io.narthex.auditor.Events;
import io.narthex.console.format.PageText;
import io.narthex.http.CurrentCaller;
import io.narthex.http.problem.ProblemException;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What happened, the newest first: of a tenant, or of the whole server. */
@Named("record")
@RequestScoped
public class RecordPage {
    /** Events on one page. */
    private static final int SHOWN = 50;

    private static final List<String> FILTERS =
            List.of("cache", "action", "outcome", "token", "path", "since", "until");
    private static final Pattern CURSOR = Pattern.compile("[0-9]{1,19}-[0-9]{1,18}");

    @Inject
    private ConsoleRequest request;

    @Inject
    private CurrentCaller caller;

    @Inject
    private Events events;

    @Inject
    private ChainChecks checks;

    private List<Row> rows = List.of();
    private String older = "";
    private String problem = "";

    /** A field of the filter. */
    public record Field(String name, String value, String hint) {}

    /** An event. */
    public record Row(String at, String where, String action, String outcome, String who, String what, String detail) {}

    @PostConstruct
    void load() {
        try {
            String before = request.parameter("before");
            List<EventResponse> found = events.newest(
                    AuditScope.of(caller), query(), CURSOR.matcher(before).matches() ? before : null, SHOWN + 1);
            rows = found.stream().limit(SHOWN).map(RecordPage::row).toList();
            older = found.size() > SHOWN ? link(found.get(SHOWN - 1).cursor()) : "";
        } catch (ProblemException e) {
            problem = e.problem().line().strip();
        }
    }

    private EventQuery query() {
        String tenant = request.address().tenant();
        return new EventQuery(
                tenant.isEmpty() ? null : tenant,
                asked("cache"),
                asked("action"),
                asked("outcome"),
                asked("token"),
                asked("path"),
                EventQuery.moment("since", asked("since")),
                EventQuery.moment("until", asked("until")));
    }

    private @Nullable String asked(String name) {
        String text = request.parameter(name).strip();
        return text.isEmpty() ? null : text;
    }

    private String link(String before) {
        Map<String, String> names = new LinkedHashMap<>();
        FILTERS.forEach(name -> names.put(name, request.parameter(name)));
        names.put("before", before);
        StringBuilder link = new StringBuilder(request.getPath());
        names.forEach((name, value) -> {
            if (!value.isEmpty()) {
                link.append(link.indexOf("?") < 0 ? '?' : '&')
                        .append(name)
                        .append('=')
                        .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
            }
        });
        return link.toString();
    }

    private static Row row(EventResponse event) {
        String tenant = event.tenant();
        String where = tenant == null ? "server" : event.cache() == null ? tenant : tenant + "/" + event.cache();
        String what = Objects.requireNonNullElse(event.path(), Objects.requireNonNullElse(event.key(), ""));
        return new Row(
                PageText.moment(event.at()),
                where,
                event.action(),
                event.outcome() + (event.reason() == null ? "" : ": " + event.reason()),
                who(event),
                what,
                event.detail().equals("{}") ? "" : event.detail());
    }

    private static String who(EventResponse event) {
        String token = event.tokenId() == null ? "" : " " + event.tokenId();
        String note = event.tokenNote() == null ? "" : " " + event.tokenNote();
        return event.actor() + token + note + (event.address() == null ? "" : " from " + event.address());
    }

    public List<Row> getRows() {
        return rows;
    }

    /** Where the older ones are; empty behind the last. */
    public String getOlder() {
        return older;
    }

    /** Why the filter cannot be understood; empty where it can. */
    public String getProblem() {
        return problem;
    }

    /** Whether the newest are shown, so that those to come belong here too. */
    public boolean isFollowed() {
        return request.parameter("before").isEmpty();
    }

    public List<Field> getFilter() {
        return FILTERS.stream()
                .map(name -> new Field(name, request.parameter(name), hint(name)))
                .toList();
    }

    private static String hint(String name) {
        return name.equals("since") || name.equals("until") ? "2027-01-31T12:00:00Z" : "";
    }

    /**
     * How the chain of what is shown was found when it was last verified.
     *
     * @param kind of the state, for its colour
     */
    public record Chain(String kind, String sentence) {}

    /** The server's page tells of every chain that is broken. */
    public List<Chain> getChains() {
        String tenant = request.address().tenant();
        List<Chain> broken = checks.broken().stream()
                .filter(chain -> tenant.isEmpty() || tenant.equals(chain.tenant()))
                .map(chain -> new Chain("bad", chain.sentence() + ", found so at " + PageText.moment(chain.at())))
                .toList();
        if (!broken.isEmpty()) {
            return broken;
        }
        return List.of(checks.of(tenant)
                .map(check -> new Chain("good", "The chain was verified, whole, at " + PageText.moment(check.at())))
                .orElseGet(() -> new Chain(
                        "warn", "The chain has not been verified yet: the job verify-chains does that each day")));
    }

    /** What a shell writes the same events with, one a line. */
    public String getExport() {
        StringBuilder line =
                new StringBuilder("curl -fH \"$A\" -H 'Accept: application/x-ndjson' -G $U/api/v1/audit/events");
        String tenant = request.address().tenant();
        if (!tenant.isEmpty()) {
            line.append(" -d tenant=").append(tenant);
        }
        for (String name : FILTERS) {
            String value = asked(name);
            if (value != null && problem.isEmpty()) {
                line.append(" -d ").append(name).append('=').append(value);
            }
        }
        return line.append(" > events.ndjson").toString();
    }
}
