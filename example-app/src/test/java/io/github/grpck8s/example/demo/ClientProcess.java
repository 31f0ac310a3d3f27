package io.github.grpck8s.example.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The client in a process of its own. Its table goes to the output of the demo, its
 * counts come back in a file to which it adds a line each second.
 */
final class ClientProcess implements AutoCloseable {

	private final Path report;

	private final Process process;

	ClientProcess(Children children, Path kubeconfig, Path report) throws IOException {
		this.report = report;
		this.process = children.start(Map.of("KUBECONFIG", kubeconfig.toString()), ProcessBuilder.Redirect.INHERIT,
				List.of("spring.profiles.active=client", "grpc.client.users.address=k8s:///users.demo:grpc",
						"server.address=127.0.0.1", "example.client.rate=200", "example.client.report=" + report));
	}

	/**
	 * What it counted so far, each second.
	 * @return the seconds in their order
	 * @throws IOException when the report cannot be read
	 */
	List<Second> seconds() throws IOException {
		String text = Files.readString(this.report);
		// the last line may be half written
		return text.substring(0, text.lastIndexOf('\n') + 1).lines().map(Second::parse).toList();
	}

	/**
	 * Let it call for some seconds.
	 * @param seconds how many lines of its report to wait for
	 * @param timeout how long to wait
	 */
	void awaitSeconds(int seconds, Duration timeout) throws IOException, InterruptedException {
		int wanted = seconds().size() + seconds;
		long end = System.nanoTime() + timeout.toNanos();
		while (seconds().size() < wanted) {
			if (this.process.waitFor(200, TimeUnit.MILLISECONDS)) {
				throw new DemoFailedException("the client ended with " + this.process.exitValue());
			}
			if (System.nanoTime() - end > 0) {
				throw new DemoFailedException(
						"the client did not report " + seconds + " times within " + timeout.toSeconds() + " s");
			}
		}
	}

	/**
	 * Let it end its calls and its report.
	 */
	void stop() throws InterruptedException {
		this.process.destroy();
		if (!this.process.waitFor(30, TimeUnit.SECONDS)) {
			throw new DemoFailedException("the client did not stop within 30 s");
		}
	}

	@Override
	public void close() {
		this.process.destroy();
	}

}
