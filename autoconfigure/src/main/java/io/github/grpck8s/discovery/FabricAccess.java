package io.github.grpck8s.discovery;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

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

	private final Config config;

	private final @Nullable Path tokenFile;

	private FabricAccess(Config config) {
		this.config = config;
		this.tokenFile = tokenFile(config);
	}

	/**
	 * Take the configuration of a client.
	 * @param client a {@link KubernetesClient}, or {@code null} for the one that
	 * KUBECONFIG or the service account gives
	 */
	static ClusterAccess of(@Nullable Object client) {
		return new FabricAccess(
				(client instanceof KubernetesClient given) ? given.getConfiguration() : Config.autoConfigure(null));
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
		String user = (this.config.getCurrentContext() != null) ? this.config.getCurrentContext().getContext().getUser()
				: "";
		Object token = (this.tokenFile != null) ? this.tokenFile
				: Objects.hash(this.config.getOauthToken(), this.config.getAutoOAuthToken(),
						this.config.getOauthTokenProvider(), this.config.getUsername(), this.config.getPassword(),
						this.config.getClientCertFile(), this.config.getClientCertData());
		return this.config.getMasterUrl() + " " + user + " " + token + " " + this.config.getImpersonateUsername();
	}

	@Override
	public @Nullable String namespace() {
		if (set(this.config.getNamespace())) {
			return this.config.getNamespace();
		}
		// a context that names none means this one, as for kubectl
		return (this.config.getCurrentContext() != null) ? "default" : null;
	}

	@Override
	public ApiServer connect() {
		return new FabricApiServer(this.config, this.tokenFile);
	}

}
