package io.github.grpck8s.health;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.github.grpck8s.DrainListener;
import io.github.grpck8s.InfrastructureCalls;
import io.github.grpck8s.ServerLifecycleListener;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the servers of an application say of themselves over {@code grpc.health.v1}.
 * <p>
 * The names {@code ""}, {@code readiness} and every gRPC service say what the group
 * {@code readiness} says, {@code liveness} the group of that name, {@code startup} is
 * serving from the first time everything was and for ever, and any other group has its
 * name. Nothing is serving before the application accepts traffic, its server listens and
 * it is warm. From the start of the drain everything but {@code liveness} and
 * {@code startup} is not.
 * <p>
 * Any thread may call; watchers are told on the thread that brings the news.
 */
public final class ServerHealth implements ServerLifecycleListener, DrainListener {

	/**
	 * The group that says whether the application wants traffic.
	 */
	public static final String READINESS = "readiness";

	/**
	 * The group that says whether the application can go on or must be restarted.
	 */
	public static final String LIVENESS = "liveness";

	/**
	 * The name that says whether the application has started.
	 */
	public static final String STARTUP = "startup";

	private static final Logger logger = LoggerFactory.getLogger(ServerHealth.class);

	private static final BooleanSupplier WELL = () -> true;

	private final Supplier<Map<String, BooleanSupplier>> groups;

	private final ServingBoard board = new ServingBoard();

	private final HealthProtocol protocol;

	// guarded by this
	private final Set<String> services = new HashSet<>();

	private final Set<Server> servers = new HashSet<>();

	private final Set<String> names = new HashSet<>();

	private final List<Consumer<String>> nameListeners = new ArrayList<>();

	private boolean serverExpected;

	private boolean accepting;

	private boolean warm;

	private boolean opened;

	private boolean draining;

	/**
	 * Create the health of an application that does not accept traffic yet and is cold.
	 * @param groups lists the health groups by name with what they say; asked at every
	 * change and must answer at once; groups named {@link #READINESS} and
	 * {@link #LIVENESS} that are missing say yes
	 * @param elsewhere answers for names that are not known here, or {@code null}
	 */
	public ServerHealth(Supplier<Map<String, BooleanSupplier>> groups, HealthGrpc.@Nullable AsyncService elsewhere) {
		this.groups = groups;
		this.protocol = new HealthProtocol(this.board, elsewhere);
		update();
	}

	/**
	 * The service to add to a server.
	 * @return the implementation of {@code grpc.health.v1.Health}
	 */
	public BindableService service() {
		return this.protocol;
	}

	/**
	 * Wait for a server to listen before anything is serving.
	 */
	public synchronized void expectServer() {
		this.serverExpected = true;
	}

	/**
	 * Make a gRPC service known before its server listens.
	 * @param service the full name of the service
	 */
	public synchronized void addService(String service) {
		if (!InfrastructureCalls.containsService(service)) {
			this.services.add(service);
		}
	}

	/**
	 * Whether the application wants traffic.
	 * @param now whether it does now
	 */
	public synchronized void accepting(boolean now) {
		this.accepting = now;
		update();
	}

	/**
	 * The application has warmed up.
	 */
	public synchronized void warm() {
		this.warm = true;
		update();
	}

	@Override
	public synchronized void started(Server server) {
		for (ServerServiceDefinition service : server.getServices()) {
			addService(service.getServiceDescriptor().getName());
		}
		this.servers.add(server);
		// started again after a stop: context restart, checkpoint and restore
		this.draining = false;
		this.board.closing(false);
		update();
	}

	@Override
	public void draining(Server server) {
		drain();
	}

	@Override
	public synchronized void stopping(Server server) {
		drain();
		// GOAWAY comes next: clients do not ask again over this connection
		this.board.closing(true);
		this.servers.remove(server);
	}

	@Override
	public void drainStarting() {
		drain();
	}

	private synchronized void drain() {
		if (!this.draining) {
			this.draining = true;
			update();
			// A client begins a new Watch at once when one ends. Those that come from
			// now on stay open until the server stops, or both would go round in
			// circles for the whole delay.
			this.board.complete();
		}
	}

	/**
	 * Ask the groups again and tell whoever watches what has changed.
	 */
	public synchronized void update() {
		boolean bound = !this.serverExpected || !this.servers.isEmpty();
		this.opened |= this.accepting && this.warm && bound && !this.draining;
		Map<String, BooleanSupplier> now = this.groups.get();
		Map<String, ServingStatus> statuses = new HashMap<>();
		boolean mayServe = this.opened && !this.draining;
		now.forEach((name, group) -> statuses.put(name, status(mayServe && isWell(name, group))));
		statuses.putIfAbsent(STARTUP, status(this.opened));
		ServingStatus ready = status(
				mayServe && this.accepting && isWell(READINESS, now.getOrDefault(READINESS, WELL)));
		this.services.forEach((service) -> statuses.putIfAbsent(service, ready));
		statuses.put("", ready);
		statuses.put(READINESS, ready);
		statuses.put(LIVENESS, status(this.opened && isWell(LIVENESS, now.getOrDefault(LIVENESS, WELL))));
		ServingStatus before = this.board.status("");
		if (before != null && before != ready) {
			logger.info("gRPC health is {}", ready);
		}
		this.board.publish(statuses, mayServe);
		for (String name : statuses.keySet()) {
			if (this.names.add(name)) {
				this.nameListeners.forEach((listener) -> listener.accept(name));
			}
		}
	}

	/**
	 * Hear of each name that is known, once, now or when it becomes known.
	 * @param listener takes the name; must return at once
	 */
	synchronized void eachName(Consumer<String> listener) {
		this.names.forEach(listener);
		this.nameListeners.add(listener);
	}

	/**
	 * What is said of a name.
	 * @param name the name
	 * @return its status, {@code null} if it is not known here
	 */
	@Nullable ServingStatus status(String name) {
		return this.board.status(name);
	}

	/**
	 * The number of open Watch streams.
	 * @return how many clients are told of changes
	 */
	int watches() {
		return this.board.watches();
	}

	// what an application wrote to aggregate one group must not keep the news of the
	// others
	private static boolean isWell(String name, BooleanSupplier group) {
		try {
			return group.getAsBoolean();
		}
		catch (RuntimeException | LinkageError ex) {
			logger.warn("Health group '{}' cannot be evaluated and counts as not well", name, ex);
			return false;
		}
	}

	private static ServingStatus status(boolean serving) {
		return serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
	}

}
