package io.github.grpck8s.benchmarks.programs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.grpck8s.benchmarks.Effort;
import io.github.grpck8s.benchmarks.measure.Usage;
import io.github.grpck8s.benchmarks.worker.Applications;
import io.github.grpck8s.benchmarks.worker.Child;
import io.github.grpck8s.test.FakePod;
import io.github.grpck8s.test.FakeService;

/**
 * Three servers that all arms share.
 */
final class Backends implements AutoCloseable {

	private static final int SERVERS = 3;

	private static final Duration START = Duration.ofMinutes(2);

	private static final Duration ANSWER = Duration.ofSeconds(10);

	/**
	 * A call allocates more than this on its server.
	 */
	private static final int BYTES_PER_CALL = 500;

	private final Effort effort;

	private final List<Child> servers = new ArrayList<>();

	private final List<Integer> ports = new ArrayList<>();

	private Backends(Effort effort) {
		this.effort = effort;
	}

	static Backends start(Effort effort) throws Exception {
		Backends backends = new Backends(effort);
		try {
			for (int i = 0; i < SERVERS; i++) {
				backends.servers.add(Applications.bare("server-" + i).hurried(effort.smoke()).start());
			}
			for (Child server : backends.servers) {
				backends.ports.add(Integer.parseInt(server.await(START).split(" ")[1]));
			}
			return backends;
		}
		catch (Exception ex) {
			backends.close();
			throw ex;
		}
	}

	List<Integer> ports() {
		return this.ports;
	}

	/**
	 * Make pods of them.
	 */
	void announce(FakeService service) {
		for (int i = 0; i < SERVERS; i++) {
			service.add(FakePod.of("users-" + i, "127.0.0.1").port("grpc", this.ports.get(i)));
		}
	}

	void begin() {
		this.servers.forEach((server) -> server.ask("begin", ANSWER));
	}

	/**
	 * End what was begun.
	 * @param arm who made calls
	 * @param calls how many
	 * @return CPU time of all servers in nanoseconds
	 * @throws IllegalStateException if a server got few of the calls or none: an arm that
	 * uses one connection to one server is no rival
	 */
	long end(String arm, long calls) {
		long cpu = 0;
		for (Child server : this.servers) {
			Usage used = Usage.parse(server.ask("end", ANSWER));
			cpu += used.cpu();
			// in a smoke test other things allocate more than so few calls
			if (!this.effort.smoke() && used.bytes() < calls / SERVERS / 2 * BYTES_PER_CALL) {
				throw new IllegalStateException(
						"A server got hardly a call of %s: %,d bytes allocated for a share of %d calls".formatted(arm,
								used.bytes(), calls / SERVERS));
			}
		}
		return cpu;
	}

	@Override
	public void close() {
		this.servers.forEach(Child::close);
	}

}
