package io.github.grpck8s.discovery;

/**
 * A Service of the cluster.
 *
 * @param namespace the namespace
 * @param service the name
 */
record ServiceKey(String namespace, String service) {

	String authority() {
		return this.service + "." + this.namespace + ".svc";
	}

	@Override
	public String toString() {
		return this.namespace + "/" + this.service;
	}

}
