package org.checkpointrecovery.api;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** {@code openapi.yaml} from the jar with the public URL, as YAML and as JSON. Loaded on the first request. */
final class ApiDocument {
    private static final String SERVER = "\n  - url: /\n";

    private final Proxies proxies;
    private final Transfers transfers;
    private volatile byte @Nullable [] yaml;
    private volatile byte @Nullable [] json;

    ApiDocument(Proxies proxies, Transfers transfers) {
        this.proxies = proxies;
        this.transfers = transfers;
    }

    void yaml(Context ctx) throws IOException {
        ctx.contentType("application/yaml");
        transfers.shared(ctx, yaml());
    }

    void json(Context ctx) throws IOException {
        byte[] converted = json;
        if (converted == null) {
            converted = new JsonMapper().writeValueAsBytes(new YAMLMapper().readTree(yaml()));
            json = converted;
        }
        ctx.contentType("application/json");
        transfers.shared(ctx, converted);
    }

    private byte[] yaml() throws IOException {
        byte[] read = yaml;
        if (read == null) {
            String document = new String(Resource.read("/openapi.yaml"), StandardCharsets.UTF_8);
            read = document.replace(SERVER, "\n  - url: " + proxies.link("/") + "\n")
                    .getBytes(StandardCharsets.UTF_8);
            yaml = read;
        }
        return read;
    }
}
