package io.github.grpck8s.benchmarks.worker;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;

/**
 * A grpc-java client of {@code dns:///}, as its guide shows it, with round_robin. The JVM
 * reads its DNS from the file of {@code jdk.net.hosts.file}, which changes at once and
 * never fails: no server of DNS could be better.
 */
public final class DnsWorker {

	private DnsWorker() {
	}

	/**
	 * Start.
	 * @param arguments the target
	 * @throws Exception if it does not start
	 */
	public static void main(String[] arguments) throws Exception {
		ManagedChannel channel = Grpc.newChannelBuilder(arguments[0], InsecureChannelCredentials.create())
			.defaultLoadBalancingPolicy("round_robin")
			.build();
		Worker worker = new Worker();
		new Follower().teach(worker, channel);
		new Calls(channel).teach(worker);
		Worker.say("ready");
		worker.serve();
	}

}
