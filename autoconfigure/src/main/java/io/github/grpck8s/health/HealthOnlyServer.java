package io.github.grpck8s.health;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.grpck8s.InvalidSettingException;
import io.grpc.BindableService;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A second server without TLS and without credentials that knows {@code grpc.health.v1}
 * and nothing else, for probes that cannot speak to the main one. It is there to be asked
 * small questions: messages and headers are small, and connections do not get old.
 */
public final class HealthOnlyServer {

	/** A question is a name of a service: longer ones are nobody's. */
	private static final int MAX_MESSAGE_BYTES = 4 * 1024;

	private static final int MAX_METADATA_BYTES = 8 * 1024;

	private static final int MAX_IDLE_MINUTES = 5;

	private static final int MAX_AGE_MINUTES = 30;

	private final int port;

	private final BindableService service;

	private final Consumer<ServerBuilder<?>> limits;

	private @Nullable Server server;

	/**
	 * Create a server that does not listen yet.
	 * @param port the port, 0 for any that is free
	 * @param service the health service
	 * @param limits sets limits that depend on the transport
	 */
	public HealthOnlyServer(int port, BindableService service, Consumer<ServerBuilder<?>> limits) {
		this.port = port;
		this.service = service;
		this.limits = limits;
	}

	/**
	 * Listen.
	 */
	public synchronized void start() {
		if (this.server != null) {
			return;
		}
		ServerBuilder<?> builder = Grpc.newServerBuilderForPort(this.port, InsecureServerCredentials.create())
			.addService(this.service)
			.maxInboundMessageSize(MAX_MESSAGE_BYTES)
			.maxInboundMetadataSize(MAX_METADATA_BYTES)
			.handshakeTimeout(5, TimeUnit.SECONDS)
			.maxConnectionIdle(MAX_IDLE_MINUTES, TimeUnit.MINUTES)
			.maxConnectionAge(MAX_AGE_MINUTES, TimeUnit.MINUTES)
			.maxConnectionAgeGrace(1, TimeUnit.MINUTES)
			.permitKeepAliveTime(10, TimeUnit.SECONDS)
			.permitKeepAliveWithoutCalls(true);
		this.limits.accept(builder);
		Server built = builder.build();
		try {
			built.start();
		}
		catch (IOException ex) {
			InvalidSettingException taken = new InvalidSettingException("grpc.k8s.health.port", this.port,
					"must be a port that is free", "Choose another port, or find what listens there.");
			taken.initCause(ex);
			throw taken;
		}
		this.server = built;
	}

	/**
	 * Stop at once, whoever is still connected.
	 */
	public synchronized void stop() {
		if (this.server != null) {
			this.server.shutdownNow();
			this.server = null;
		}
	}

	/**
	 * The port that it listens on.
	 * @return the port, -1 if it does not listen
	 */
	public synchronized int port() {
		return (this.server != null) ? this.server.getPort() : -1;
	}

}
