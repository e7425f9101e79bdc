package org.checkpointrecovery.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import org.checkpointrecovery.description.FormatDescription;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.engine.Intake;
import org.checkpointrecovery.item.RecordFormat;
import org.checkpointrecovery.job.EngineKind;

/** What a job can be made of on this service. */
final class DescriptionRoutes {
    private final Intake intake;

    DescriptionRoutes(Intake intake) {
        this.intake = intake;
    }

    /** Describes the kinds of processors, and names what the operator provides. */
    void processors(Context ctx) {
        Parameters.of(ctx).throwIfInvalid();
        ObjectNode answer = Json.object();
        ArrayNode processors = answer.putArray("processors");
        intake.processorKinds().forEach(kind -> processors.add(json(kind)));
        ArrayNode formats = answer.putArray("formats");
        RecordFormat.descriptions().forEach(format -> formats.add(json(format)));
        intake.provided().forEach((things, names) -> names.forEach(answer.putArray(things)::add));
        ctx.status(200).contentType("application/json").result(Json.bytes(answer));
    }

    private static ObjectNode json(FormatDescription format) {
        ObjectNode json = Json.object();
        json.put("format", format.kind().text());
        json.put("description", format.help());
        json.set("options", format.schemas());
        return json;
    }

    private static ObjectNode json(ProcessorDescription kind) {
        ObjectNode json = Json.object();
        json.put("type", kind.type());
        json.put("description", kind.help());
        json.put("concurrent", kind.concurrent());
        ArrayNode engines = json.putArray("engines");
        kind.engines().stream().sorted().map(EngineKind::text).forEach(engines::add);
        json.set("schema", kind.schema());
        return json;
    }
}
