package io.github.grpck8s.it.cluster;

import io.fabric8.kubernetes.api.model.Pod;

/**
 * A pod that something bad happens to. It is known beforehand where it is, so that it can
 * happen without the API server.
 *
 * @param namespace of the pod
 * @param pod its name
 * @param node where it runs
 * @param container the id of its container
 */
record Victim(String namespace, String pod, String node, String container) {

	static Victim of(Pod pod) {
		return new Victim(pod.getMetadata().getNamespace(), pod.getMetadata().getName(), pod.getSpec().getNodeName(),
				pod.getStatus().getContainerStatuses().get(0).getContainerID());
	}

	/**
	 * SIGKILL.
	 */
	void kill() {
		Cluster.run("kill-container", this.node, this.container);
	}

	/**
	 * Its packets to and from other pods are dropped; the kubelet still reaches it.
	 * @param on whether from now on they are
	 */
	void blackHole(boolean on) {
		Cluster.run("black-hole", this.namespace, this.pod, on ? "on" : "off");
	}

}
