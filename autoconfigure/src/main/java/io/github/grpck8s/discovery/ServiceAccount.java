package io.github.grpck8s.discovery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Locale;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * What Kubernetes mounts into a pod, and what a token says of its account.
 */
final class ServiceAccount {

	private static final Path DIRECTORY = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

	private ServiceAccount() {
	}

	/**
	 * The namespace of the pod, {@code null} outside of one.
	 */
	static @Nullable String namespace() {
		String set = setting("kubenamespace");
		String namespace = read((set != null) ? Path.of(set) : DIRECTORY.resolve("namespace"));
		return (namespace == null || namespace.isEmpty()) ? null : namespace;
	}

	/**
	 * Whether this process runs in a pod: the kubelet tells every container where its
	 * cluster is.
	 */
	static boolean inCluster() {
		return setting("kubernetes.service.host") != null;
	}

	/**
	 * Where the token of the pod is.
	 */
	static Path tokenFile() {
		String set = setting("kubernetes.auth.serviceAccount.token");
		return (set != null) ? Path.of(set) : DIRECTORY.resolve("token");
	}

	/**
	 * The settings that fabric8 reads too.
	 */
	static @Nullable String setting(String property) {
		String value = System.getProperty(property);
		if (value == null || value.isBlank()) {
			value = System.getenv(property.toUpperCase(Locale.ROOT).replace('.', '_'));
		}
		return (value == null || value.isBlank()) ? null : value;
	}

	static @Nullable String read(Path file) {
		try {
			return Files.readString(file).strip();
		}
		catch (IOException ignored) {
			return null;
		}
	}

	/**
	 * The account that a token is for.
	 * @return {@code namespace/name}, or {@code null} if it is no token of an account
	 */
	static @Nullable String ofToken(@Nullable String token) {
		String[] parts = (token != null) ? token.split("\\.") : new String[0];
		if (parts.length != 3) {
			return null;
		}
		try {
			JsonNode claims = JsonTree.read(Base64.getUrlDecoder().decode(parts[1]));
			String subject = claims.path("sub").asText("");
			String prefix = "system:serviceaccount:";
			return subject.startsWith(prefix) ? subject.substring(prefix.length()).replaceFirst(":", "/") : null;
		}
		catch (IOException | IllegalArgumentException ignored) {
			return null;
		}
	}

}
