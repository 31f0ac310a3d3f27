package io.github.grpck8s.discovery;

import java.net.ProtocolException;

import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Why the API server gives no endpoints, with the remedy.
 *
 * @param code what kind of problem, for meters: an HTTP status or a word
 * @param denied whether waiting will not help: not allowed, or not a Kubernetes API
 * server
 * @param description what, why and what to do
 * @param cause what was thrown, or {@code null}
 */
record Problem(String code, boolean denied, String description, @Nullable Throwable cause) {

	Status status() {
		return Status.UNAVAILABLE.withDescription(this.description)
			.withCause((this.cause != null) ? new BriefCause(this.cause) : null);
	}

	/**
	 * The API server answered with an error.
	 * @param verb what was asked for, {@code list} or {@code watch}
	 * @param body the beginning of the answer, which may name the account
	 */
	static Problem http(int status, String verb, String body, ServiceKey service, String url,
			@Nullable String serviceAccount) {
		String code = Integer.toString(status);
		String account = (serviceAccount != null) ? serviceAccount : accountIn(body);
		return switch (status) {
			case 401 -> new Problem(code, true, "The API server " + url + " does not accept the credentials"
					+ ((account != null) ? " of service account " + account : "")
					+ " (401): check the mounted token or the user of the kubeconfig. They also need this Role:\n"
					+ role(service.namespace(), account), null);
			case 403 -> new Problem(code, true,
					"Not allowed to " + verb + " endpointslices in namespace " + service.namespace()
							+ ((account != null) ? " as service account " + account : "")
							+ ": apply this Role and RoleBinding:\n" + role(service.namespace(), account),
					null);
			case 404 -> new Problem(code, true, url
					+ " does not serve endpointslices of discovery.k8s.io/v1 (404): it is not a Kubernetes API server of 1.21 or newer; check KUBECONFIG. The account needs get, list and watch on endpointslices.discovery.k8s.io in namespace "
					+ service.namespace() + ((account != null) ? " for " + account : ""), null);
			default -> new Problem(code, false, "The API server " + url + " answered " + status + " to the " + verb
					+ " of endpointslices of " + service + excerpt(body), null);
		};
	}

	/**
	 * The API server did not answer.
	 */
	static Problem unreachable(Throwable cause, ServiceKey service, String url) {
		Throwable root = cause;
		while (root.getCause() != null && root.getCause() != root) {
			root = root.getCause();
		}
		String why = (root.getMessage() != null) ? root.getClass().getSimpleName() + ": " + root.getMessage()
				: root.getClass().getSimpleName();
		if (root instanceof ProtocolException) {
			return new Problem("garbled", false,
					url + " does not answer like a Kubernetes API server when asked for the pods of " + service + " ("
							+ root.getMessage() + "): check KUBECONFIG and proxies",
					cause);
		}
		return new Problem("unreachable", false,
				"The API server " + url + " cannot be reached to find the pods of " + service + " (" + why
						+ "): check the network, KUBERNETES_SERVICE_HOST in a pod, or KUBECONFIG elsewhere",
				cause);
	}

	/**
	 * The same, and why the other way does not help either.
	 */
	Problem and(Problem other) {
		return new Problem(this.code, this.denied, this.description.stripTrailing() + "\n" + other.description,
				this.cause);
	}

	/**
	 * The API server has said nothing at all so far.
	 */
	static Problem silent(ServiceKey service) {
		return new Problem("silent", false, "No answer of the API server yet to find the pods of " + service
				+ ": check the network between this application and the API server, and whether a credential plugin of the kubeconfig waits for something",
				null);
	}

	/**
	 * It is not even known which API server to ask.
	 */
	static Problem configuration(String why, @Nullable Throwable cause, ServiceKey service) {
		return new Problem("configuration", true, "Cannot use the Kubernetes configuration to find the pods of "
				+ service + " (" + why + "): check KUBECONFIG or the mounted service account", cause);
	}

	/**
	 * The Role and RoleBinding that are missing, ready to be applied.
	 */
	static String role(String namespace, @Nullable String account) {
		int slash = (account != null) ? account.indexOf('/') : -1;
		String accountNamespace = (account != null && slash > 0) ? account.substring(0, slash) : "<namespace>";
		String accountName = (account != null && slash > 0) ? account.substring(slash + 1) : "<service account>";
		return """
				apiVersion: rbac.authorization.k8s.io/v1
				kind: Role
				metadata:
				  name: grpc-discovery
				  namespace: %1$s
				rules:
				- apiGroups: [discovery.k8s.io]
				  resources: [endpointslices]
				  verbs: [get, list, watch]
				---
				apiVersion: rbac.authorization.k8s.io/v1
				kind: RoleBinding
				metadata:
				  name: grpc-discovery-%3$s
				  namespace: %1$s
				roleRef:
				  apiGroup: rbac.authorization.k8s.io
				  kind: Role
				  name: grpc-discovery
				subjects:
				- kind: ServiceAccount
				  name: %3$s
				  namespace: %2$s
				""".formatted(namespace, accountNamespace, accountName);
	}

	/**
	 * The refusal itself says
	 * {@code User "system:serviceaccount:shop:web" cannot list …}.
	 */
	private static @Nullable String accountIn(String body) {
		String prefix = "system:serviceaccount:";
		int begin = body.indexOf(prefix);
		if (begin < 0) {
			return null;
		}
		int end = begin + prefix.length();
		while (end < body.length()
				&& (Character.isLetterOrDigit(body.charAt(end)) || "-.:".indexOf(body.charAt(end)) >= 0)) {
			end++;
		}
		return body.substring(begin + prefix.length(), end).replaceFirst(":", "/");
	}

	private static String excerpt(String body) {
		String line = body.strip().replaceAll("\\s+", " ");
		return line.isEmpty() ? "" : ": " + ((line.length() > 200) ? line.substring(0, 200) + "…" : line);
	}

}
