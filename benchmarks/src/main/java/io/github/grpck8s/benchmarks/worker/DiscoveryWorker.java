package io.github.grpck8s.benchmarks.worker;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import org.jspecify.annotations.Nullable;

/**
 * Resolves, watches and informs itself, and notes when it is told something. Does none of
 * it before it is asked to.
 */
public final class DiscoveryWorker {

	/**
	 * When this class was loaded: as early as the process can tell.
	 */
	private static final long BORN = System.nanoTime();

	/**
	 * In place of a kubeconfig: the process finds all that it needs as in a pod.
	 */
	public static final String IN_A_POD = "in-a-pod";

	private final String kubeconfig;

	private @Nullable KubernetesClient client;

	private final ScheduledExecutorService timers = timers();

	private final Map<String, Note> notes = new ConcurrentHashMap<>();

	/**
	 * What is held as long as the process lives.
	 */
	private final List<Object> held = new ArrayList<>();

	/**
	 * Ends of channels, which hold them until then.
	 */
	private final List<Runnable> channels = new ArrayList<>();

	/**
	 * What one of them was told.
	 */
	private static final class Note {

		private final AtomicInteger count = new AtomicInteger();

		private volatile long last;

		private void told() {
			this.last = System.nanoTime();
			this.count.incrementAndGet();
		}

	}

	private DiscoveryWorker(String kubeconfig) {
		this.kubeconfig = kubeconfig;
	}

	/**
	 * As a channel's: a timer that is cancelled holds nothing.
	 */
	private static ScheduledExecutorService timers() {
		ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread thread = new Thread(task, "timers");
			thread.setDaemon(true);
			return thread;
		});
		timers.setRemoveOnCancelPolicy(true);
		return timers;
	}

	/**
	 * Start.
	 * @param arguments the kubeconfig or {@link #IN_A_POD}; for a cold start also
	 * {@code resolver} or {@code informer} and the name of the Service
	 * @throws Exception if it does not start
	 */
	public static void main(String[] arguments) throws Exception {
		DiscoveryWorker discovery = new DiscoveryWorker(arguments[0]);
		if (!arguments[0].equals(IN_A_POD)) {
			System.setProperty("kubeconfig", arguments[0]);
		}
		if (arguments.length > 1) {
			CountDownLatch known = new CountDownLatch(1);
			if (arguments[1].equals("resolver")) {
				discovery.resolve(arguments[2], known::countDown);
			}
			else {
				discovery.inform(discovery.client(), arguments[2], known::countDown);
			}
			known.await();
			Worker.say(String.valueOf(System.nanoTime() - BORN));
		}
		else {
			Worker.say("ready");
		}
		discovery.worker().serve();
	}

	/**
	 * One for all, as an application has it.
	 */
	private KubernetesClient client() {
		KubernetesClient known = this.client;
		if (known == null) {
			known = RawWatchWorker.client(this.kubeconfig.equals(IN_A_POD) ? Config.autoConfigure(null)
					: Config.fromKubeconfig(new File(this.kubeconfig)));
			this.client = known;
		}
		return known;
	}

	private Worker worker() {
		return new Worker().on("resolver", (words) -> each(words, (note) -> resolve(words[0], note::told)))
			.on("watch", (words) -> each(words, (note) -> watch(client(), words[0], note)))
			.on("informer", (words) -> each(words, (note) -> inform(client(), words[0], note::told)))
			.on("told", (words) -> {
				Note note = this.notes.getOrDefault(words[0], new Note());
				return note.count.get() + " " + note.last;
			})
			.on("leave", (words) -> {
				this.channels.forEach(Runnable::run);
				this.channels.clear();
				return "left";
			})
			.on("memory", (words) -> String.valueOf(memory()));
	}

	private interface Start {

		void with(Note note) throws Exception;

	}

	/**
	 * Start as many as the second word says.
	 */
	private String each(String[] words, Start start) throws Exception {
		Note note = this.notes.computeIfAbsent(words[0], (key) -> new Note());
		for (int i = 0; i < ((words.length > 1) ? Integer.parseInt(words[1]) : 1); i++) {
			start.with(note);
		}
		return "started";
	}

	private void resolve(String service, Runnable told) {
		this.channels.add(ResolvedChannel.start("k8s:///" + service + ".shop:grpc", this.timers, told));
	}

	private void watch(KubernetesClient client, String service, Note note) {
		this.held.add(client.discovery()
			.v1()
			.endpointSlices()
			.inNamespace("shop")
			.withLabel("kubernetes.io/service-name", service)
			.watch(new Watcher<EndpointSlice>() {

				@Override
				public void eventReceived(Action action, EndpointSlice slice) {
					note.told();
				}

				@Override
				public void onClose(WatcherException cause) {
					cause.printStackTrace();
				}

			}));
	}

	private void inform(KubernetesClient client, String service, Runnable told) {
		this.held.add(client.discovery()
			.v1()
			.endpointSlices()
			.inNamespace("shop")
			.withLabel("kubernetes.io/service-name", service)
			.inform(new ResourceEventHandler<>() {

				@Override
				public void onAdd(EndpointSlice slice) {
					told.run();
				}

				@Override
				public void onUpdate(EndpointSlice before, EndpointSlice after) {
					told.run();
				}

				@Override
				public void onDelete(EndpointSlice slice, boolean unknown) {
					told.run();
				}

			}));
	}

	/**
	 * What is left on the heap after several collections.
	 */
	private static long memory() {
		long least = Long.MAX_VALUE;
		for (int i = 0; i < 5; i++) {
			System.gc();
			least = Math.min(least, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
		}
		return least;
	}

}
