package io.github.grpck8s.test;

import java.util.Map;

/**
 * One version of a slice as the API keeps it.
 *
 * @param namespace the namespace that it stands in
 * @param name its name
 * @param labels what label selectors see
 * @param template its JSON with {@link #RESOURCE_VERSION} where its version goes
 * @param raw whether a test wrote the JSON: then it is served letter by letter
 * @param resourceVersion the version of the last write
 */
record StoredSlice(String namespace, String name, Map<String, String> labels, String template, boolean raw,
		long resourceVersion) {

	static final String RESOURCE_VERSION = "${resourceVersion}";

	String key() {
		return key(this.namespace, this.name);
	}

	static String key(String namespace, String name) {
		return namespace + "/" + name;
	}

	StoredSlice at(long version) {
		return new StoredSlice(this.namespace, this.name, this.labels, this.template, this.raw, version);
	}

	boolean sameContent(StoredSlice other) {
		return this.template.equals(other.template) && this.labels.equals(other.labels);
	}

	/**
	 * As an item of a list, which carries no kind.
	 */
	String item() {
		return this.template.replace(RESOURCE_VERSION, Long.toString(this.resourceVersion));
	}

	/**
	 * As the object of an event.
	 */
	String object() {
		return this.raw ? item()
				: "{\"kind\":\"EndpointSlice\",\"apiVersion\":\"discovery.k8s.io/v1\"," + item().substring(1);
	}

}
