package org.checkpointrecovery.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An error response (RFC 9457).
 *
 * @param detail a message for people: what is wrong, with the value; what the service did; what to do next
 * @param errors the invalid fields of the request
 * @param stand the state of the job that did not allow the request, or null
 */
record Problem(
        Kind kind,
        String detail,
        List<FieldError> errors,
        @Nullable Stand stand) {
    static final String MEDIA_TYPE = "application/problem+json";

    /** The kinds of errors, with their status. */
    enum Kind {
        BAD_REQUEST(400, "Bad request"),
        INVALID_JSON(400, "Invalid JSON"),
        UNAUTHORIZED(401, "Unauthorized"),
        FORBIDDEN(403, "Forbidden"),
        INSUFFICIENT_ROLE(403, "Insufficient role"),
        NOT_FOUND(404, "Not found"),
        METHOD_NOT_ALLOWED(405, "Method not allowed"),
        NOT_ACCEPTABLE(406, "Not acceptable"),
        CONFLICT(409, "Conflict"),
        TOO_LARGE(413, "Too large"),
        UNSUPPORTED_MEDIA_TYPE(415, "Unsupported media type"),
        RANGE_NOT_SATISFIABLE(416, "Range not satisfiable"),
        INVALID_REQUEST(422, "Invalid request"),
        QUEUE_FULL(429, "Queue full"),
        INTERNAL_ERROR(500, "Internal error"),
        DAMAGED_DATA(500, "Stored data is damaged"),
        UNAVAILABLE(503, "Service unavailable"),
        DISK_FULL(507, "Disk full or failed");

        private final int status;
        private final String title;

        Kind(int status, String title) {
            this.status = status;
            this.title = title;
        }

        int status() {
            return status;
        }
    }

    /** The state of a job and the actions that it allows. */
    record Stand(String state, List<String> allowedActions) {}

    /** @param field a JSON pointer into the body, or the name of a header or parameter */
    record FieldError(String field, String message) {}

    static Problem of(Kind kind, String detail) {
        return new Problem(kind, detail, List.of(), null);
    }

    static Problem invalid(List<FieldError> errors) {
        return invalid(errors, errors.size());
    }

    /** @param count the number of all errors; {@code errors} may contain only the first */
    static Problem invalid(List<FieldError> errors, int count) {
        FieldError first = errors.get(0);
        String detail = count == 1
                ? (first.field().isEmpty() ? "The body" : first.field() + ":") + " " + first.message() + "."
                : count + " fields are invalid; errors lists "
                        + (count == errors.size() ? "each" : "the first " + errors.size()) + ".";
        return new Problem(Kind.INVALID_REQUEST, detail + " Nothing was changed.", List.copyOf(errors), null);
    }

    static Problem invalid(String field, String message) {
        return invalid(List.of(new FieldError(field, message)));
    }

    byte[] toJson() {
        ObjectNode json = Json.object();
        json.put(
                "type",
                "urn:checkpoint-recovery:problem:"
                        + kind.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        json.put("title", kind.title);
        json.put("status", kind.status);
        json.put("detail", detail);
        if (!errors.isEmpty()) {
            ArrayNode list = json.putArray("errors");
            errors.forEach(error -> list.addObject().put("field", error.field()).put("message", error.message()));
        }
        if (stand != null) {
            json.put("state", stand.state());
            ArrayNode actions = json.putArray("allowedActions");
            stand.allowedActions().forEach(actions::add);
        }
        return Json.bytes(json);
    }

    /** Returns an exception that ends the request with this problem. */
    ProblemException exception() {
        return new ProblemException(this);
    }
}
