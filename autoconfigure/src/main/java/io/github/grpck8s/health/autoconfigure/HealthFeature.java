package io.github.grpck8s.health.autoconfigure;

import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.grpck8s.ServerFeature;
import io.github.grpck8s.StackSettings.Setting;
import io.github.grpck8s.health.ServerHealth;
import io.grpc.BindableService;
import io.grpc.ServerBuilder;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds the health service to each server, in the place of the one that the stack may have
 * added: of two services with one name a server takes the one that was added last. Added
 * here it stands outside the interceptors that the stack wraps around services, so that
 * probes need no credentials.
 */
final class HealthFeature implements ServerFeature {

	private static final Logger logger = LoggerFactory.getLogger(HealthFeature.class);

	/** What both stacks add; its statuses are asked for names that are not ours. */
	private static final Class<?> STANDARD = new HealthStatusManager().getHealthService().getClass();

	private final ServerHealth health;

	private final Supplier<Stream<BindableService>> services;

	private final @Nullable Setting<Boolean> off;

	private boolean told;

	/**
	 * Create the feature.
	 * @param health what is said
	 * @param services the services of the application
	 * @param off the setting of the stack by which the user wants no health service on
	 * its server, {@code null} for none
	 */
	HealthFeature(ServerHealth health, Supplier<Stream<BindableService>> services, @Nullable Setting<Boolean> off) {
		this.health = health;
		this.services = services;
		this.off = off;
	}

	@Override
	public void applyTo(ServerBuilder<?> server) {
		// the port for probes waits for the server, too, whoever answers there
		this.health.expectServer();
		BindableService own = this.services.get().filter(HealthFeature::isUsersOwn).findFirst().orElse(null);
		if (own == null && this.off == null) {
			server.addService(this.health.service());
		}
		else if (!this.told) {
			this.told = true;
			if (own != null) {
				logger.info(
						"The application has its own health service {}: the health room leaves grpc.health.v1 to it",
						own.getClass().getName());
			}
			else {
				logger.info(
						"{}: this server does not answer grpc.health.v1; grpc.k8s.health.port does, where it is set",
						this.off);
			}
		}
	}

	private static boolean isUsersOwn(BindableService service) {
		return service.getClass() != STANDARD && (service instanceof HealthGrpc.AsyncService
				|| HealthGrpc.SERVICE_NAME.equals(service.bindService().getServiceDescriptor().getName()));
	}

}
