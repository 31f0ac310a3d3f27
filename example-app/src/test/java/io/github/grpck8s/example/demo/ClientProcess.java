package io.github.grpck8s.example.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The client in a process of its own. Its table goes to the output of the demo, its
 * counts come back in a file to which it adds a line each second.
 */
final class ClientProcess implements AutoCloseable {

	private static final Duration TIMEOUT = Duration.ofSeconds(90);

	private final Path report;

	private final Process process;

	private volatile boolean stopping;

	ClientProcess(Children children, Path kubeconfig, TemporaryFiles files) throws IOException {
		this.report = Files.createFile(files.named("client.jsonl"));
		this.process = children.start(Map.of("KUBECONFIG", kubeconfig.toString()), ProcessBuilder.Redirect.PIPE,
				List.of("spring.profiles.active=client", "grpc.client.users.address=k8s:///users.demo:grpc",
						"example.client.rate=100", "example.client.report=" + this.report));
		Thread printer = new Thread(this::print, "client-output");
		printer.setDaemon(true);
		printer.start();
	}

	/**
	 * Show its table, but not its own summary at the end: the demo knows more.
	 */
	private void print() {
		try (BufferedReader output = this.process.inputReader()) {
			String line = output.readLine();
			while (line != null) {
				if (!this.stopping) {
					System.out.println(line);
				}
				line = output.readLine();
			}
		}
		catch (IOException ignored) {
			// it ended
		}
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
	 * Let it call until each of some pods has answered, and then for some seconds more.
	 * @param pods the names of the pods
	 * @param more how many lines of its report to wait for after that
	 */
	void awaitAnswers(List<String> pods, int more) throws IOException, InterruptedException {
		await((seconds) -> pods.stream().allMatch((pod) -> seconds.stream().anyMatch((each) -> each.answered(pod))),
				"did not call all of " + pods);
		int wanted = seconds().size() + more;
		await((seconds) -> seconds.size() >= wanted, "stopped reporting");
	}

	private void await(Predicate<List<Second>> condition, String failure) throws IOException, InterruptedException {
		long end = System.nanoTime() + TIMEOUT.toNanos();
		while (!condition.test(seconds())) {
			if (this.process.waitFor(200, TimeUnit.MILLISECONDS)) {
				throw new DemoFailedException("the client ended with " + this.process.exitValue());
			}
			if (System.nanoTime() - end > 0) {
				throw new DemoFailedException("the client " + failure + " within " + TIMEOUT.toSeconds() + " s");
			}
		}
	}

	/**
	 * Let it end its calls and its report.
	 */
	void stop() throws InterruptedException {
		this.stopping = true;
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
