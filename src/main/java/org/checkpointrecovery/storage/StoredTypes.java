package org.checkpointrecovery.storage;

import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.AnnotatedParameter;
import com.fasterxml.jackson.databind.introspect.NopAnnotationIntrospector;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import org.checkpointrecovery.job.FieldNames;
import org.checkpointrecovery.job.InputSpec;
import org.checkpointrecovery.job.JobId;
import org.checkpointrecovery.job.JobState;
import org.checkpointrecovery.job.ProcessorSpec;
import org.jspecify.annotations.Nullable;

/**
 * How the values of a job are stored: a record as an object of its components, without those that are null; a value of a sealed
 * type with its class as {@code "kind"}; ids, times, durations (ISO 8601) and paths as strings.
 */
final class StoredTypes extends SimpleModule {
    StoredTypes() {
        text(JobId.class, JobId::new);
        text(Instant.class, Instant::parse);
        text(Duration.class, Duration::parse);
        text(Path.class, Path::of);
        sealed(InputSpec.class);
        sealed(FieldNames.class);
        setMixInAnnotation(ProcessorSpec.class, Options.class);
        sealed(JobState.class);
    }

    private <T> void text(Class<T> type, Function<String, T> parse) {
        addSerializer(type, ToStringSerializer.instance);
        addDeserializer(type, new FromStringDeserializer<T>(type) {
            @Override
            protected T _deserialize(String text, DeserializationContext context) {
                try {
                    return parse.apply(text);
                } catch (DateTimeException e) {
                    throw new IllegalArgumentException(e.getMessage(), e);
                }
            }
        });
    }

    private void sealed(Class<?> type) {
        setMixInAnnotation(type, Kind.class);
        for (Class<?> kind : type.getPermittedSubclasses()) {
            registerSubtypes(new NamedType(kind, kind.getSimpleName()));
        }
    }

    @Override
    public void setupModule(SetupContext context) {
        super.setupModule(context);
        context.insertAnnotationIntrospector(new Required());
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    private interface Kind {}

    /** Options as JSON, because only their kind knows them. */
    private interface Options {
        @SuppressWarnings("UnusedMethod") // Jackson reads the annotations
        @JsonRawValue
        @JsonDeserialize(using = JsonOfOptions.class)
        String options();
    }

    private static final class JsonOfOptions extends StdDeserializer<String> {
        JsonOfOptions() {
            super(String.class);
        }

        @Override
        public String deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            return context.readValue(parser, ObjectNode.class).toString();
        }
    }

    /** Makes every component required that is not {@link Nullable}. */
    private static final class Required extends NopAnnotationIntrospector {
        @Override
        public @Nullable Boolean hasRequiredMarker(AnnotatedMember member) {
            return member instanceof AnnotatedParameter parameter ? (Boolean) !isNullable(parameter) : null;
        }

        @Override
        public JsonSetter.Value findSetterInfo(Annotated member) {
            return member instanceof AnnotatedParameter parameter && !isNullable(parameter)
                    ? JsonSetter.Value.forValueNulls(Nulls.FAIL, Nulls.FAIL)
                    : JsonSetter.Value.empty();
        }

        private static boolean isNullable(AnnotatedParameter parameter) {
            return parameter.getOwner().getMember() instanceof Constructor<?> constructor
                    && constructor.getAnnotatedParameterTypes()[parameter.getIndex()].isAnnotationPresent(
                            Nullable.class);
        }
    }
}
