package io.github.grpck8s.discovery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * What a process knows of its applications. A resolver is found by gRPC through the class
 * path and not through an application: a channel that no application built takes the one
 * that was registered last. All access is synchronized.
 */
final class DiscoveryRegistry {

	private static final List<Discovery> applications = new ArrayList<>();

	private static final Map<String, EndpointSliceHub> hubs = new HashMap<>();

	private static final Map<EndpointSliceHub, Set<Discovery>> users = new HashMap<>();

	private static @Nullable Discovery standalone;

	private static String standaloneWhere = "";

	private static @Nullable ScheduledThreadPoolExecutor timers;

	private DiscoveryRegistry() {
	}

	static synchronized void add(Discovery discovery) {
		applications.add(discovery);
	}

	static synchronized void remove(Discovery discovery) {
		applications.remove(discovery);
	}

	/**
	 * The discovery of a channel that brings none.
	 */
	static synchronized Discovery current() {
		if (!applications.isEmpty()) {
			return applications.get(applications.size() - 1);
		}
		// tests set these properties one after the other
		String where = System.getProperty("kubeconfig") + " " + System.getProperty("kubernetes.master");
		Discovery alone = standalone;
		if (alone == null || !where.equals(standaloneWhere)) {
			if (alone != null) {
				leave(alone);
			}
			alone = Discovery.of(DiscoverySettings.fromEnvironment(), () -> null);
			standalone = alone;
			standaloneWhere = where;
		}
		return alone;
	}

	/**
	 * Timers for resolvers that bring none. The thread goes when it has nothing to do.
	 */
	static synchronized ScheduledExecutorService timers() {
		ScheduledThreadPoolExecutor made = timers;
		if (made == null) {
			made = new ScheduledThreadPoolExecutor(1, (task) -> {
				Thread thread = new Thread(task, "grpc-k8s-discovery-timers");
				thread.setDaemon(true);
				return thread;
			});
			made.setRemoveOnCancelPolicy(true);
			made.setKeepAliveTime(1, TimeUnit.SECONDS);
			made.allowCoreThreadTimeOut(true);
			timers = made;
		}
		return made;
	}

	static synchronized EndpointSliceHub hub(String identity, Discovery user, Supplier<EndpointSliceHub> make) {
		EndpointSliceHub hub = hubs.computeIfAbsent(identity, (key) -> make.get());
		users.computeIfAbsent(hub, (key) -> new HashSet<>()).add(user);
		return hub;
	}

	/**
	 * An application is gone: a hub that none uses any more keeps nothing for later.
	 */
	static synchronized void leave(Discovery user) {
		users.entrySet().removeIf((entry) -> {
			boolean last = entry.getValue().remove(user) && entry.getValue().isEmpty();
			if (last) {
				hubs.values().remove(entry.getKey());
				entry.getKey().endUnused();
			}
			return last;
		});
	}

}
