package org.checkpointrecovery.api;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.checkpointrecovery.access.Role;

/** Which handler answers which method and path. */
final class Routes {
    private final List<Route> routes;

    /** @param role what a client needs for the call, if the service has tokens */
    private record Route(HandlerType method, Role role, String path, Pattern pattern, Handler handler) {
        /** A call whose role follows from its method. */
        Route(HandlerType method, String path, Handler handler) {
            this(
                    method,
                    method.equals(HandlerType.GET)
                            ? Role.READ
                            : method.equals(HandlerType.DELETE) ? Role.ADMIN : Role.SUBMIT,
                    path,
                    handler);
        }

        Route(HandlerType method, Role role, String path, Handler handler) {
            this(
                    method,
                    role,
                    path,
                    Pattern.compile("\\Q" + path.replaceAll("\\{[a-z]+}", "\\\\E[^/]+\\\\Q") + "\\E"),
                    handler);
        }

        boolean matches(String requestPath) {
            return pattern.matcher(requestPath).matches();
        }
    }

    Routes(
            List<Page> pages,
            MonitoringRoutes monitoring,
            ApiDocument document,
            FileRoutes files,
            JobRoutes jobs,
            DescriptionRoutes descriptions,
            EventRoutes events) {
        List<Route> all = new ArrayList<>();
        for (Page page : pages) {
            all.add(new Route(HandlerType.GET, page.path(), page::main));
            all.add(new Route(HandlerType.GET, page.parts(), page::part));
        }
        all.add(new Route(HandlerType.GET, "/livez", monitoring::live));
        all.add(new Route(HandlerType.GET, "/readyz", monitoring::ready));
        all.add(new Route(HandlerType.GET, "/openapi.yaml", document::yaml));
        all.add(new Route(HandlerType.GET, "/openapi.json", document::json));
        all.add(new Route(HandlerType.GET, "/metrics", monitoring::metrics));
        all.add(new Route(HandlerType.POST, "/v1/files", files::upload));
        all.add(new Route(HandlerType.GET, "/v1/files", files::list));
        all.add(new Route(HandlerType.GET, "/v1/files/{id}", files::get));
        all.add(new Route(HandlerType.DELETE, "/v1/files/{id}", files::delete));
        all.add(new Route(HandlerType.POST, "/v1/jobs", jobs::submit));
        all.add(new Route(HandlerType.GET, "/v1/jobs", jobs::list));
        all.add(new Route(HandlerType.POST, "/v1/jobs/validate", jobs::validate));
        all.add(new Route(HandlerType.GET, "/v1/processors", descriptions::processors));
        all.add(new Route(HandlerType.GET, "/v1/jobs/summary", jobs::summary)); // too short for an id
        all.add(new Route(HandlerType.GET, "/v1/jobs/{id}", jobs::get));
        all.add(new Route(HandlerType.PATCH, "/v1/jobs/{id}", jobs::rename));
        all.add(new Route(HandlerType.DELETE, "/v1/jobs/{id}", jobs::delete));
        all.add(new Route(HandlerType.POST, "/v1/jobs/{id}/start", jobs::start));
        all.add(new Route(HandlerType.POST, "/v1/jobs/{id}/pause", jobs::pause));
        all.add(new Route(HandlerType.POST, "/v1/jobs/{id}/resume", jobs::resume));
        all.add(new Route(HandlerType.POST, "/v1/jobs/{id}/cancel", jobs::cancel));
        all.add(new Route(HandlerType.POST, Role.ADMIN, "/v1/jobs/{id}/crash", jobs::crash));
        all.add(new Route(HandlerType.POST, "/v1/jobs/{id}/retry-failed", jobs::retryFailed));
        all.add(new Route(HandlerType.GET, "/v1/jobs/{id}/progress", jobs::progress));
        all.add(new Route(HandlerType.GET, "/v1/jobs/{id}/checkpoint", jobs::checkpoint));
        all.add(new Route(HandlerType.GET, "/v1/jobs/{id}/results", jobs::results));
        all.add(new Route(HandlerType.GET, "/v1/jobs/{id}/errors", jobs::errors));
        all.add(new Route(HandlerType.GET, "/v1/jobs/{id}/errors/summary", jobs::errorSummary));
        all.add(new Route(HandlerType.GET, "/v1/jobs/{id}/events", events::ofJob));
        all.add(new Route(HandlerType.GET, "/v1/events", events::ofAll));
        this.routes = List.copyOf(all);
    }

    void addTo(RoutesConfig javalin) {
        for (Route route : routes) {
            Handler handler = ctx -> {
                // Here, where the route is known. Another comparison of paths could disagree with Javalin's.
                Admission.require(ctx, route.role(), "This call");
                route.handler().handle(ctx);
            };
            javalin.addHttpHandler(route.method(), route.path(), handler);
            if (route.method().equals(HandlerType.GET)) {
                javalin.addHttpHandler(HandlerType.HEAD, route.path(), handler);
            }
        }
    }

    /** Returns each route in the form {@code GET /v1/jobs/{id}}. */
    Set<String> names() {
        Set<String> names = new TreeSet<>();
        routes.forEach(route -> names.add(route.method().name() + " " + route.path()));
        return names;
    }

    /** Returns the methods that a path answers. */
    Set<String> methodsAt(String path) {
        Set<String> methods = new TreeSet<>(Set.of("OPTIONS"));
        for (Route route : routesAt(path)) {
            methods.add(route.method().name());
            if (route.method().equals(HandlerType.GET)) {
                methods.add("HEAD");
            }
        }
        return methods;
    }

    /** Returns the path that the route has which answers a request; empty if there is none. */
    Optional<String> pathOf(String requestPath) {
        return routesAt(requestPath).stream().map(Route::path).findFirst();
    }

    /** Returns the routes of a path. Literal paths take precedence over paths with parameters. */
    private List<Route> routesAt(String path) {
        List<Route> literal =
                routes.stream().filter(route -> route.path().equals(path)).toList();
        return literal.isEmpty()
                ? routes.stream().filter(route -> route.matches(path)).toList()
                : literal;
    }
}
