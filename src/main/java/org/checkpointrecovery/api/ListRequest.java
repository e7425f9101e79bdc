package org.checkpointrecovery.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.checkpointrecovery.description.Labels;
import org.checkpointrecovery.description.Shown;
import org.checkpointrecovery.engine.JobQuery;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.Status;
import org.jspecify.annotations.Nullable;

/**
 * Reads the parameters of a list of jobs. The token of a page is {@code ID.QUERY} or {@code ID.QUERY.NAME}: the last job of
 * the page before, a checksum of the filter and the order, and the name of that job in Base64 if the list is ordered by name.
 */
final class ListRequest {
    private static final int MAX_LABELS = 20;

    private final Parameters parameters;

    private ListRequest(Parameters parameters) {
        this.parameters = parameters;
    }

    /** @param processors the types of processors */
    static JobQuery read(Parameters parameters, List<String> processors) {
        ListRequest request = new ListRequest(parameters);
        JobQuery.Filter filter = new JobQuery.Filter(
                request.states(),
                request.labels(),
                parameters.label("name"),
                parameters.choice("processor", processors),
                new JobQuery.Between(request.time("createdAfter"), request.time("createdBefore")),
                request.parent());
        JobQuery.Order order = request.order();
        String token = parameters.value("pageToken");
        JobQuery.Key after = token == null ? null : request.key(token, filter, order);
        return new JobQuery(filter, order, after);
    }

    /** Returns the token of the page after a job. */
    static String token(JobQuery query, JobQuery.Key last) {
        String name = last.name();
        return last.id() + "." + checksum(query.filter(), query.order())
                + (name == null
                        ? ""
                        : "." + Base64.getUrlEncoder().withoutPadding().encodeToString(name.getBytes(UTF_8)));
    }

    private JobQuery.@Nullable Key key(String token, JobQuery.Filter filter, JobQuery.Order order) {
        String[] parts = token.split("\\.", -1);
        boolean named = parts.length == 3;
        if (!JobId.isValid(parts[0]) || (parts.length != 2 && !named) || (named && order != JobQuery.Order.BY_NAME)) {
            parameters.error("pageToken", "is invalid; use the nextPageToken of the previous page");
            return null;
        }
        if (!parameters.hasErrors() && !parts[1].equals(checksum(filter, order))) {
            parameters.error(
                    "pageToken",
                    "belongs to another filter or order; send the parameters of the previous page with it");
            return null;
        }
        try {
            String name = named ? new String(Base64.getUrlDecoder().decode(parts[2]), UTF_8) : null;
            return new JobQuery.Key(new JobId(parts[0]), name);
        } catch (IllegalArgumentException e) {
            parameters.error("pageToken", "is invalid; use the nextPageToken of the previous page");
            return null;
        }
    }

    private static String checksum(JobQuery.Filter filter, JobQuery.Order order) {
        CRC32C crc = new CRC32C();
        crc.update((filter + " " + order).getBytes(UTF_8));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    private Set<Status> states() {
        Set<Status> states = EnumSet.noneOf(Status.class);
        String text = parameters.value("state");
        for (String name : text == null ? new String[0] : text.split(",", -1)) {
            Status state = parameters.constant("state", name, Status.class);
            if (state == null) {
                break; // one error for each parameter
            }
            states.add(state);
        }
        return states;
    }

    private List<JobQuery.LabelFilter> labels() {
        List<JobQuery.LabelFilter> labels = new ArrayList<>();
        for (String label : parameters.repeated()) {
            int colon = label.indexOf(':');
            String key = colon < 0 ? label : label.substring(0, colon);
            String value = colon < 0 ? null : label.substring(colon + 1);
            String wrong =
                    Labels.keyError(key) != null ? Labels.keyError(key) : value == null ? null : Labels.error(value);
            if (wrong != null) {
                parameters.error("label", wrong + " (got \"" + Shown.cut(label) + "\"); send key:value, or a key");
            }
            labels.add(new JobQuery.LabelFilter(key, value));
        }
        if (labels.size() > MAX_LABELS) {
            parameters.error("label", "must be given at most " + MAX_LABELS + " times (got " + labels.size() + ")");
        }
        return labels;
    }

    private @Nullable Instant time(String name) {
        String text = parameters.value(name);
        try {
            return text == null ? null : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            parameters.error(
                    name,
                    "must be a time such as 2026-11-23T10:15:30Z, with + sent as %2B (got \"" + Shown.cut(text)
                            + "\")");
            return null;
        }
    }

    private @Nullable JobId parent() {
        String text = parameters.value("parentId");
        if (text != null && !JobId.isValid(text)) {
            parameters.error(
                    "parentId", "is not a job id; ids match [0-9a-z-]{10,40} (got \"" + Shown.cut(text) + "\")");
            return null;
        }
        return text == null ? null : new JobId(text);
    }

    private JobQuery.Order order() {
        String text = parameters.choice("sort", List.of("-createdAt", "createdAt", "name"));
        return text == null || text.equals("-createdAt")
                ? JobQuery.Order.NEWEST_FIRST
                : text.equals("name") ? JobQuery.Order.BY_NAME : JobQuery.Order.OLDEST_FIRST;
    }
}
