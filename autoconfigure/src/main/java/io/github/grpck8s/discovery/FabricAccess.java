package io.github.grpck8s.discovery;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Supplier;

import io.fabric8.kubernetes.api.model.NamedAuthInfo;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The API server of a fabric8 configuration. Nothing of fabric8 is loaded before a
 * channel resolves.
 */
final class FabricAccess implements ClusterAccess {

	private static final Logger logger = LoggerFactory.getLogger(FabricAccess.class);

	private final Supplier<@Nullable String> namespace;

	private final Supplier<Config> read;

	private @Nullable Config config;

	private FabricAccess(Supplier<Config> read, Supplier<@Nullable String> namespace) {
		this.read = read;
		this.namespace = namespace;
	}

	/**
	 * Take the configuration of a client.
	 * @param client a {@link KubernetesClient}, or {@code null} for the one that
	 * KUBECONFIG or the service account gives
	 */
	static ClusterAccess of(@Nullable Object client) {
		if (client instanceof KubernetesClient given) {
			Config config = given.getConfiguration();
			return new FabricAccess(() -> config, () -> namespace(config));
		}
		return new FabricAccess(() -> {
			KubeconfigFiles.requireThatOneExists();
			return Config.autoConfigure(null);
		}, KubeconfigFiles::namespace);
	}

	/**
	 * Reads files and may run a credential plugin: as seldom as can be, and only where
	 * nobody waits for it.
	 */
	private synchronized Config config() {
		Config known = this.config;
		if (known == null) {
			known = this.read.get();
			this.config = known;
		}
		return known;
	}

	/**
	 * Where the token is that the configuration was made with. fabric8 ignores
	 * {@code tokenFile} of a kubeconfig and reads the service account's once a minute; a
	 * file that is read for every request is never old.
	 */
	private static @Nullable Path tokenFile(Config config) {
		boolean fixed = config.getOauthTokenProvider() != null || set(config.getOauthToken())
				|| set(config.getUsername()) && set(config.getPassword());
		if (fixed) {
			return null;
		}
		if (config.getCurrentContext() != null) {
			return tokenFileOfKubeconfig(config);
		}
		Path mounted = ServiceAccount.tokenFile();
		String token = Files.isRegularFile(mounted) ? ServiceAccount.read(mounted) : null;
		return (token != null && isOf(token, config.getAutoOAuthToken())) ? mounted : null;
	}

	/**
	 * Whether a token is the one of the configuration, or a later one of the same
	 * account: an hour may lie between the client and its first channel.
	 */
	private static boolean isOf(String token, @Nullable String configured) {
		if (configured == null) {
			return false;
		}
		String account = ServiceAccount.ofToken(token);
		return token.equals(configured.strip())
				|| account != null && account.equals(ServiceAccount.ofToken(configured.strip()));
	}

	private static @Nullable Path tokenFileOfKubeconfig(Config config) {
		File file = config.getFileWithAuthInfo();
		if (file == null) {
			return null;
		}
		String user = config.getCurrentContext().getContext().getUser();
		try (var in = Files.newInputStream(file.toPath())) {
			var kubeconfig = Serialization.unmarshal(in, io.fabric8.kubernetes.api.model.Config.class);
			for (NamedAuthInfo info : kubeconfig.getUsers()) {
				if (info.getName().equals(user) && set(info.getUser().getTokenFile())) {
					return file.toPath().toAbsolutePath().resolveSibling(info.getUser().getTokenFile());
				}
			}
		}
		catch (Exception ex) {
			logger.warn("Cannot read the user of kubeconfig {}", file, ex);
		}
		return null;
	}

	private static boolean set(@Nullable String value) {
		return value != null && !value.isEmpty();
	}

	@Override
	public String identity() {
		Config known = config();
		Path file = tokenFile(known);
		String user = (known.getCurrentContext() != null) ? known.getCurrentContext().getContext().getUser() : "";
		Object token = (file != null) ? file
				: Objects.hash(known.getOauthToken(), known.getAutoOAuthToken(), known.getOauthTokenProvider(),
						known.getUsername(), known.getPassword(), known.getClientCertFile(), known.getClientCertData());
		return known.getMasterUrl() + " " + user + " " + token + " " + known.getImpersonateUsername();
	}

	@Override
	public @Nullable String namespace() {
		return this.namespace.get();
	}

	private static @Nullable String namespace(Config config) {
		if (set(config.getNamespace())) {
			return config.getNamespace();
		}
		// a context that names none means this one, as for kubectl
		return (config.getCurrentContext() != null) ? "default" : null;
	}

	@Override
	public ApiServer connect() {
		Config known = config();
		return new FabricApiServer(known, tokenFile(known));
	}

}
