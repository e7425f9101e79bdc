package org.checkpointrecovery.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.Collectors;
import org.checkpointrecovery.description.ProcessorDescription;
import org.checkpointrecovery.description.Report;
import org.checkpointrecovery.description.Shown;
import org.checkpointrecovery.job.ProcessorSpec;

/** The processor of a spec in requests and answers: its type among its options. */
final class ProcessorRequest {
    private static final String PROCESSOR = "processor";
    private static final String TYPE = "type";
    private static final ProcessorSpec WRONG = ProcessorSpec.of("");

    private ProcessorRequest() {}

    /** Reads the processor: checks it and fills in defaults. After an error, the value must not be used. */
    static ProcessorSpec read(Fields fields, List<ProcessorDescription> kinds) {
        Report report = fields.report(PROCESSOR);
        fields.know(PROCESSOR);
        if (!fields.has(PROCESSOR)) {
            return kinds.get(0).read(Json.object(), report);
        }
        Fields processor = fields.object(PROCESSOR);
        if (processor == null) {
            fields.refuseNull(PROCESSOR);
            return WRONG;
        }
        String type = processor.text(TYPE);
        for (ProcessorDescription kind : kinds) {
            if (kind.type().equals(type)) {
                return kind.read(processor.object(), report);
            }
        }
        if (type != null) {
            processor.error(TYPE, "must be one of: " + names(kinds) + " (got \"" + Shown.cut(type) + "\")");
        } else if (!processor.hasError(TYPE)) {
            processor.error(TYPE, "is required: one of " + names(kinds));
        }
        processor.refuseOthers();
        return WRONG;
    }

    private static String names(List<ProcessorDescription> kinds) {
        return kinds.stream().map(kind -> "\"" + kind.type() + "\"").collect(Collectors.joining(", "));
    }

    /** Returns a processor as it is shown, with every option. */
    static ObjectNode json(ProcessorSpec spec) {
        ObjectNode json = Json.object().put(TYPE, spec.type());
        json.setAll((ObjectNode) Json.parsed(spec.options()));
        return json;
    }
}
