package io.github.grpck8s;

import java.util.Locale;

/**
 * Which channel is being built.
 *
 * @param name the name under which the application configures it, for example
 * {@code users}
 * @param target what it connects to, for example {@code k8s:///users.shop:grpc}
 */
public record ChannelSpec(String name, String target) {

	/**
	 * Whether the target is of a scheme.
	 * @param scheme the scheme without a colon, in lower case, for example {@code k8s}
	 * @return whether the target begins with it
	 */
	public boolean hasScheme(String scheme) {
		return this.target.toLowerCase(Locale.ROOT).startsWith(scheme + ":");
	}

	/**
	 * Whether this channel goes to the pods of a Service.
	 * @return whether the scheme is {@code k8s} (found through the Kubernetes API) or
	 * {@code k8s-dns} (through the DNS of the cluster)
	 */
	public boolean isKubernetes() {
		return hasScheme("k8s") || hasScheme("k8s-dns");
	}

}
