package io.github.grpck8s.benchmarks.worker;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;

/**
 * A client and nothing else: a channel that the application builds by hand, without
 * Spring, with a target and a policy.
 */
public final class ChannelWorker {

	private ChannelWorker() {
	}

	/**
	 * Start.
	 * @param arguments target and policy
	 * @throws Exception if it does not start
	 */
	public static void main(String[] arguments) throws Exception {
		Worker worker = new Worker();
		new Calls(Grpc.newChannelBuilder(arguments[0], InsecureChannelCredentials.create())
			.defaultLoadBalancingPolicy(arguments[1])
			.build()).teach(worker);
		Worker.say("ready");
		worker.serve();
	}

}
