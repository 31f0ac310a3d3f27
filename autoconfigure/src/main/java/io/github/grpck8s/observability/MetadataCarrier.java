package io.github.grpck8s.observability;

import java.util.Collections;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.grpc.Metadata;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapSetter;
import org.jspecify.annotations.Nullable;

/**
 * Carries OpenTelemetry's context in gRPC's headers.
 */
final class MetadataCarrier {

	static final TextMapGetter<Metadata> GETTER = new Getter();

	static final TextMapSetter<Metadata> SETTER = MetadataCarrier::set;

	/** The names a propagator writes: few, known to the application alone. */
	private static final int MAX_KEYS = 64;

	private static final Map<String, Metadata.Key<String>> KEYS = new ConcurrentHashMap<>();

	private MetadataCarrier() {
	}

	private static Metadata.Key<String> key(String name) {
		Metadata.Key<String> key = KEYS.get(name);
		if (key == null) {
			key = Metadata.Key.of(name.toLowerCase(Locale.ROOT), Metadata.ASCII_STRING_MARSHALLER);
			if (KEYS.size() < MAX_KEYS) {
				KEYS.put(name, key);
			}
		}
		return key;
	}

	private static void set(@Nullable Metadata headers, String name, String value) {
		if (headers != null) {
			Metadata.Key<String> key = key(name);
			// Metadata of a caller may be used for more than one call
			headers.discardAll(key);
			headers.put(key, value);
		}
	}

	private static final class Getter implements TextMapGetter<Metadata> {

		@Override
		public Iterable<String> keys(Metadata headers) {
			return headers.keys();
		}

		@Override
		public @Nullable String get(@Nullable Metadata headers, String name) {
			return (headers != null) ? headers.get(key(name)) : null;
		}

		@Override
		public Iterator<String> getAll(@Nullable Metadata headers, String name) {
			Iterable<String> values = (headers != null) ? headers.getAll(key(name)) : null;
			return (values != null) ? values.iterator() : Collections.emptyIterator();
		}

	}

}
