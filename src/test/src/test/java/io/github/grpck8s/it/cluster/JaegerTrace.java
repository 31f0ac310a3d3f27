package io.github.grpck8s.it.cluster;

import java.util.List;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A trace as Jaeger tells of it.
 *
 * @param trace its JSON
 */
record JaegerTrace(JsonNode trace) {

	List<JsonNode> spans() {
		return StreamSupport.stream(this.trace.path("spans").spliterator(), false).toList();
	}

	/**
	 * The span that no other caused, when it is there already.
	 */
	@Nullable JsonNode root() {
		return spans().stream().filter((span) -> span.path("references").isEmpty()).findFirst().orElse(null);
	}

	boolean has(String kind) {
		return spans().stream().anyMatch((span) -> tag(span, "span.kind").equals(kind));
	}

	/**
	 * The only span of a kind.
	 */
	JsonNode span(String kind) {
		List<JsonNode> found = spans().stream().filter((span) -> tag(span, "span.kind").equals(kind)).toList();
		assertThat(found).as("%s spans of trace %s", kind, this.trace.path("traceID")).hasSize(1);
		return found.get(0);
	}

	/**
	 * Who made a span: its service and resource attributes.
	 */
	JsonNode process(JsonNode span) {
		return this.trace.path("processes").path(span.path("processID").asText());
	}

	static String parent(JsonNode span) {
		return span.path("references").path(0).path("spanID").asText();
	}

	/**
	 * A tag of a span or a process, empty without it.
	 */
	static String tag(JsonNode of, String key) {
		for (JsonNode tag : of.path("tags")) {
			if (tag.path("key").asText().equals(key)) {
				return tag.path("value").asText();
			}
		}
		return "";
	}

}
