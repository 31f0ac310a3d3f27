package io.github.grpck8s.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

import io.github.grpck8s.test.RecordedRequest.Kind;
import org.jspecify.annotations.Nullable;

/**
 * The part of a Kubernetes API that service discovery needs, over real HTTP on loopback:
 * lists and watches of EndpointSlices. It is a fake: nothing schedules, probes or kills;
 * a test says what happens to the pods, and in which ways the API fails.
 *
 * <pre>{@code
 * try (FakeKubernetes kubernetes = FakeKubernetes.start()) {
 *     FakeService users = kubernetes.service("shop", "users");
 *     users.add(FakePod.of("users-0", "127.0.0.1").port("grpc", server.getPort()));
 *     kubernetes.awaitOpenWatches(1, Duration.ofSeconds(5));
 *     users.terminate("users-0");
 * }
 * }</pre>
 *
 * Thread-safe.
 */
public final class FakeKubernetes implements AutoCloseable {

	private final SliceStore store = new SliceStore();

	private final RequestLog log = new RequestLog();

	private final ActiveFaults faults = new ActiveFaults();

	private final EndpointSliceApi api = new EndpointSliceApi(this.store, this.log, this.faults);

	private final OpenWatches watches = new OpenWatches(this.api.watches(), this.log);

	private final Map<String, FakeService> services = new HashMap<>();

	private final LoopbackServer server;

	private volatile int pieces;

	private volatile String token = "fake-token";

	private @Nullable Path kubeconfig;

	private FakeKubernetes() {
		this.api.accept(Set.of(this.token));
		this.server = new LoopbackServer(this.api, () -> this.pieces);
	}

	/**
	 * Start on a free port of 127.0.0.1.
	 * @return the API, which runs until it is closed
	 */
	public static FakeKubernetes start() {
		return new FakeKubernetes();
	}

	/**
	 * Where it listens.
	 * @return the URL without a slash at the end
	 */
	public String url() {
		InetSocketAddress address = this.server.address();
		return "http://" + address.getAddress().getHostAddress() + ":" + address.getPort();
	}

	/**
	 * The token that {@link #kubeconfig} holds.
	 * @return the token
	 */
	public String token() {
		return this.token;
	}

	/**
	 * Accept only one token from now on, as after a rotation. Watches that are open stay
	 * open.
	 * @param token the token
	 */
	public void acceptToken(String token) {
		this.token = token;
		this.api.accept(Set.of(token));
	}

	/**
	 * Accept requests with any token and with none.
	 */
	public void acceptAnyone() {
		this.api.accept(null);
	}

	/**
	 * A kubeconfig that leads here.
	 * @param namespace the namespace of its context
	 * @return the text of the file
	 */
	public String kubeconfig(String namespace) {
		return """
				apiVersion: v1
				kind: Config
				current-context: fake
				contexts:
				- name: fake
				  context: {cluster: fake, user: fake, namespace: %s}
				clusters:
				- name: fake
				  cluster: {server: "%s"}
				users:
				- name: fake
				  user: {token: "%s"}
				""".formatted(namespace, url(), this.token);
	}

	/**
	 * Write a kubeconfig that leads here, for {@code KUBECONFIG} or the system property
	 * {@code kubeconfig}. It is deleted when this is closed.
	 * @param namespace the namespace of its context
	 * @return the file
	 */
	public synchronized Path kubeconfigFile(String namespace) {
		try {
			if (this.kubeconfig == null) {
				this.kubeconfig = Files.createTempFile("fake-kubernetes", ".yaml");
			}
			return Files.writeString(this.kubeconfig, kubeconfig(namespace));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * A service, the same each time.
	 * @param namespace its namespace
	 * @param name its name
	 * @return the service; it comes to be with its first pod
	 */
	public FakeService service(String namespace, String name) {
		synchronized (this.store) {
			return this.services.computeIfAbsent(StoredSlice.key(namespace, name),
					(key) -> new FakeService(this.store, namespace, name, this.services.size() + 1));
		}
	}

	/**
	 * The version of the last write.
	 * @return the version
	 */
	public long resourceVersion() {
		return this.store.version();
	}

	/**
	 * Choose the version of the next write.
	 * @param next the version, greater than the last one
	 */
	public void nextResourceVersion(long next) {
		this.store.nextVersion(next);
	}

	/**
	 * Forget the history: who asks for a version older than the last, in a watch or in
	 * the next page of a list, gets 410.
	 */
	public void compact() {
		this.store.compact();
	}

	/**
	 * Switch a fault on. Of several that fit a request, the first takes effect, after all
	 * delays.
	 * @param fault the fault
	 * @return the same fault, to {@linkplain #heal(Fault) switch it off}
	 */
	public Fault inject(Fault fault) {
		this.faults.add(fault);
		return fault;
	}

	/**
	 * Switch a fault off.
	 * @param fault the fault
	 */
	public void heal(Fault fault) {
		this.faults.remove(fault);
	}

	/**
	 * Switch all faults off, and answer in one piece again, and listen if it does not.
	 */
	public void heal() {
		this.faults.clear();
		this.pieces = 0;
		up();
	}

	/**
	 * Reset all connections and refuse new ones.
	 */
	public void down() {
		this.server.refuse();
	}

	/**
	 * Listen again, on the same port.
	 */
	public void up() {
		this.server.listen();
	}

	/**
	 * Go silent: watches that are open are sent nothing more, and no request is answered
	 * until {@link #heal()}.
	 */
	public void goSilent() {
		inject(Fault.silent());
		this.watches.silence();
	}

	/**
	 * Send all answers in pieces, cut wherever it falls, each flushed to the network.
	 * @param bytes the size of a piece, 0 for no pieces
	 */
	public void pieces(int bytes) {
		this.pieces = bytes;
	}

	/**
	 * Send bookmarks to watches that begin from now on and take them.
	 * @param time the time between two; one minute until then, as the real API
	 */
	public void bookmarksEvery(Duration time) {
		this.api.bookmarksEvery(time);
	}

	/**
	 * The watches that are open.
	 * @return what can be done to them
	 */
	public OpenWatches openWatchStreams() {
		return this.watches;
	}

	/**
	 * The requests so far.
	 * @return the requests in the order in which they came
	 */
	public List<RecordedRequest> requests() {
		return this.log.requests();
	}

	/**
	 * How many lists were asked for so far; further pages do not count.
	 * @return the number
	 */
	public int lists() {
		return this.log.count(Kind.LIST);
	}

	/**
	 * How many watches were asked for so far.
	 * @return the number
	 */
	public int watches() {
		return this.log.count(Kind.WATCH);
	}

	/**
	 * How many watches are open now. The end of a client is noticed at once.
	 * @return the number
	 */
	public int openWatches() {
		return this.log.openWatches();
	}

	/**
	 * Forget the requests so far.
	 */
	public void forgetRequests() {
		this.log.clear();
	}

	/**
	 * Wait until so many lists were asked for.
	 * @param lists the least number
	 * @param timeout how long to wait
	 */
	public void awaitLists(int lists, Duration timeout) {
		this.log.await(() -> lists() >= lists, timeout, () -> "Expected " + lists + " lists");
	}

	/**
	 * Wait until so many watches were asked for.
	 * @param watches the least number
	 * @param timeout how long to wait
	 */
	public void awaitWatches(int watches, Duration timeout) {
		this.log.await(() -> watches() >= watches, timeout, () -> "Expected " + watches + " watches");
	}

	/**
	 * Wait until so many watches are open.
	 * @param watches the number
	 * @param timeout how long to wait
	 */
	public void awaitOpenWatches(int watches, Duration timeout) {
		this.log.await(() -> openWatches() == watches, timeout, () -> "Expected " + watches + " open watches");
	}

	/**
	 * Wait until requests came that a test describes.
	 * @param requests which requests
	 * @param times the least number of them
	 * @param timeout how long to wait
	 */
	public void awaitRequests(Predicate<RecordedRequest> requests, int times, Duration timeout) {
		this.log.await(() -> this.log.requests().stream().filter(requests).count() >= times, timeout,
				() -> "Expected " + times + " such requests");
	}

	@Override
	public synchronized void close() {
		this.server.close();
		if (this.kubeconfig != null) {
			try {
				Files.deleteIfExists(this.kubeconfig);
			}
			catch (IOException ignored) {
				// a temporary file more
			}
		}
	}

}
