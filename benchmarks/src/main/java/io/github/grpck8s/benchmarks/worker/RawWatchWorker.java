package io.github.grpck8s.benchmarks.worker;

import java.io.File;
import java.util.HashSet;
import java.util.Set;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.github.grpck8s.example.proto.GetUserRequest;
import io.github.grpck8s.example.proto.UserServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;

/**
 * The least that anybody could do: fabric8's watch, and in its handler a new plain
 * channel and one call to each endpoint that is new. No merging of slices, no policy.
 */
public final class RawWatchWorker {

	private final Follower follower = new Follower();

	private final Set<String> known = new HashSet<>();

	private RawWatchWorker() {
	}

	/**
	 * Start.
	 * @param arguments the kubeconfig, the name of the Service
	 * @throws Exception if it does not start
	 */
	public static void main(String[] arguments) throws Exception {
		RawWatchWorker raw = new RawWatchWorker();
		Worker worker = new Worker().on("follow", (words) -> "following")
			.on("pause", (words) -> "pausing")
			.on("seen", (words) -> raw.follower.toString());
		KubernetesClient client = client(Config.fromKubeconfig(new File(arguments[0])));
		raw.watch(client, arguments[1]);
		Worker.say("ready");
		worker.serve();
	}

	/**
	 * fabric8's client, with plain HTTP watches: the fake API speaks no WebSocket, and a
	 * refused one would cost the rival a round trip.
	 */
	static KubernetesClient client(Config config) {
		config.setOnlyHttpWatches(true);
		return new KubernetesClientBuilder().withConfig(config).build();
	}

	private void watch(KubernetesClient client, String service) {
		client.discovery()
			.v1()
			.endpointSlices()
			.inNamespace("shop")
			.withLabel("kubernetes.io/service-name", service)
			.watch(new Watcher<>() {

				@Override
				public void eventReceived(Action action, EndpointSlice slice) {
					changed(slice);
				}

				@Override
				public void onClose(WatcherException cause) {
					cause.printStackTrace();
				}

			});
	}

	private void changed(EndpointSlice slice) {
		int port = slice.getPorts().get(0).getPort();
		long now = System.nanoTime();
		Set<String> present = new HashSet<>();
		for (Endpoint endpoint : slice.getEndpoints()) {
			String name = endpoint.getTargetRef().getName();
			if (Boolean.TRUE.equals(endpoint.getConditions().getReady())) {
				present.add(name);
				if (this.known.add(name)) {
					call(endpoint.getAddresses().get(0), port);
				}
			}
			else if (this.known.remove(name)) {
				// from now on nobody would call it
				this.follower.answered(name, now, now);
			}
		}
		this.known.retainAll(present);
	}

	private void call(String address, int port) {
		ManagedChannel channel = Grpc
			.newChannelBuilder("dns:///" + address + ":" + port, InsecureChannelCredentials.create())
			.build();
		long start = System.nanoTime();
		String pod = UserServiceGrpc.newBlockingStub(channel).getUser(GetUserRequest.getDefaultInstance()).getName();
		this.follower.answered(pod, start, System.nanoTime());
	}

}
