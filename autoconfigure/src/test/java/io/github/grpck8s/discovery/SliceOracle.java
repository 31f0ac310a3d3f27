package io.github.grpck8s.discovery;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.grpck8s.test.FakeKubernetes;

/**
 * What a channel should know: one plain list, the newest mention of an address decides,
 * those that are ready and not terminating in the order of their numbers.
 */
final class SliceOracle {

	private SliceOracle() {
	}

	static String readyAddresses(FakeKubernetes kubernetes, String namespace, String service) {
		Map<String, Boolean> ready = new HashMap<>();
		Map<String, Long> versions = new HashMap<>();
		for (JsonNode slice : list(kubernetes, namespace, service).path("items")) {
			long version = slice.path("metadata").path("resourceVersion").asLong();
			for (JsonNode endpoint : slice.path("endpoints")) {
				String address = endpoint.path("addresses").path(0).asText();
				if (version > versions.getOrDefault(address, -1L)) {
					JsonNode conditions = endpoint.path("conditions");
					versions.put(address, version);
					ready.put(address, conditions.path("ready").asBoolean(true)
							&& !conditions.path("terminating").asBoolean(false));
				}
			}
		}
		return String.join(" ", ready.keySet()
			.stream()
			.filter(ready::get)
			.sorted(Comparator.comparing((address) -> Integer.valueOf(address.substring(address.lastIndexOf('.') + 1))))
			.toList());
	}

	private static JsonNode list(FakeKubernetes kubernetes, String namespace, String service) {
		HttpRequest request = HttpRequest
			.newBuilder(URI.create(kubernetes.url() + "/apis/discovery.k8s.io/v1/namespaces/" + namespace
					+ "/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D" + service))
			.header("Authorization", "Bearer " + kubernetes.token())
			.build();
		try {
			return new ObjectMapper()
				.readTree(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
