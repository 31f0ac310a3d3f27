package io.github.grpck8s.discovery;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What a {@code k8s:} or {@code k8s-dns:} target names: a Service, perhaps its namespace,
 * perhaps a port.
 *
 * @param service the name of the Service
 * @param namespace its namespace, or {@code null} for the application's own
 * @param port which port of the pods, {@link Port#ANY} if the target names none
 */
record KubernetesTarget(String service, @Nullable String namespace, Port port) {

	static final String SCHEME = "k8s";

	static final String DNS_SCHEME = "k8s-dns";

	private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

	private static final Pattern NUMBER = Pattern.compile("[0-9]+");

	/**
	 * Which port of the pods is meant.
	 *
	 * @param name the name of the port in the slices, or {@code null}
	 * @param number the number of the pods' port, or 0
	 */
	record Port(@Nullable String name, int number) {

		static final Port ANY = new Port(null, 0);

		@Override
		public String toString() {
			return (this.name != null) ? this.name : (this.number > 0) ? Integer.toString(this.number) : "";
		}

	}

	/**
	 * Read a target.
	 * @param target the whole target, with its scheme
	 * @return what it names
	 * @throws IllegalArgumentException if it is malformed; the message names the fault
	 * and the canonical form
	 */
	static KubernetesTarget parse(String target) {
		int colon = target.indexOf(':');
		String scheme = target.substring(0, Math.max(colon, 0)).toLowerCase(Locale.ROOT);
		if (!scheme.equals(SCHEME) && !scheme.equals(DNS_SCHEME)) {
			throw fault(target, "the scheme is neither 'k8s' nor 'k8s-dns'");
		}
		String rest = target.substring(colon + 1);
		if (rest.indexOf('?') >= 0 || rest.indexOf('#') >= 0) {
			throw fault(target, "it takes no query and no fragment");
		}
		String authority = "";
		if (rest.startsWith("//")) {
			int slash = rest.indexOf('/', 2);
			authority = rest.substring(2, (slash < 0) ? rest.length() : slash);
			rest = (slash < 0) ? "" : rest.substring(slash);
			if (rest.isEmpty() && !authority.isEmpty()) {
				throw fault(target, "'" + authority + "' stands where only a namespace may stand: a slash is missing");
			}
		}
		if (rest.startsWith("/")) {
			rest = rest.substring(1);
		}
		return parse(target, authority, rest);
	}

	private static KubernetesTarget parse(String target, String authority, String path) {
		int colon = path.indexOf(':');
		String name = (colon < 0) ? path : path.substring(0, colon);
		Port port = (colon < 0) ? Port.ANY : port(target, path.substring(colon + 1));
		if (name.isEmpty()) {
			throw fault(target, "it names no Service");
		}
		if (name.indexOf('/') >= 0) {
			throw fault(target, "the path has more than one segment");
		}
		if (name.endsWith(".")) {
			// a fully qualified DNS name may end with the root
			name = name.substring(0, name.length() - 1);
		}
		List<String> labels = Arrays.asList(name.split("\\.", -1));
		for (String label : labels) {
			requireLabel(target, label);
		}
		if (!authority.isEmpty()) {
			requireLabel(target, authority);
			if (labels.size() > 1) {
				throw fault(target, "the namespace is named twice");
			}
			return new KubernetesTarget(name, authority, port);
		}
		if (labels.size() > 2 && !labels.get(2).equals("svc")) {
			throw fault(target, "after the namespace only 'svc' and the cluster's domain may follow");
		}
		return new KubernetesTarget(labels.get(0), (labels.size() > 1) ? labels.get(1) : null, port);
	}

	private static void requireLabel(String target, String label) {
		if (!LABEL.matcher(label).matches()) {
			throw fault(target, "'" + label
					+ "' is not a Kubernetes name (lower-case letters, digits and '-', at most 63 characters)");
		}
	}

	private static Port port(String target, String port) {
		if (NUMBER.matcher(port).matches()) {
			int number = (port.length() > 5) ? 0 : Integer.parseInt(port);
			if (number < 1 || number > 65535) {
				throw fault(target, "port " + port + " is not between 1 and 65535");
			}
			return new Port(null, number);
		}
		if (!LABEL.matcher(port).matches()) {
			throw fault(target, "'" + port + "' is neither a port number nor the name of a port");
		}
		return new Port(port, 0);
	}

	private static IllegalArgumentException fault(String target, String what) {
		String scheme = target.toLowerCase(Locale.ROOT).startsWith(DNS_SCHEME + ":") ? DNS_SCHEME : SCHEME;
		return new IllegalArgumentException("Cannot use target '" + target + "': " + what + "; write " + scheme
				+ ":///service.namespace:port, for example " + scheme + ":///users.shop:grpc");
	}

}
