package io.github.grpck8s.benchmarks.worker;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.grpck8s.benchmarks.measure.Usage;

/**
 * The parent's side of a worker: tells it what to do, one command at a time.
 */
public final class Child implements AutoCloseable {

	private static final int KEPT = 60;

	private static final String END = "the end of the process";

	private final String name;

	private final Process process;

	private final BufferedWriter commands;

	private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

	/**
	 * The last lines that are no answers.
	 */
	private final Deque<String> output = new ArrayDeque<>();

	Child(String name, Process process) {
		this.name = name;
		this.process = process;
		this.commands = process.outputWriter();
		Thread reader = new Thread(this::read, "output-" + name);
		reader.setDaemon(true);
		reader.start();
		Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
	}

	private void read() {
		try (BufferedReader lines = this.process.inputReader()) {
			String line = lines.readLine();
			while (line != null) {
				if (line.startsWith(Worker.ANSWER)) {
					this.answers.add(line.substring(Worker.ANSWER.length()));
				}
				else {
					keep(line);
				}
				line = lines.readLine();
			}
		}
		catch (IOException ignored) {
			// it ended
		}
		this.answers.add(END);
	}

	private void keep(String line) {
		synchronized (this.output) {
			this.output.add(line);
			if (this.output.size() > KEPT) {
				this.output.remove();
			}
		}
	}

	/**
	 * Wait for what it says next without being asked.
	 * @param limit how long to wait
	 */
	public String await(Duration limit) {
		try {
			String answer = this.answers.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
			if (answer == null || answer.equals(END) || answer.startsWith(Worker.FAILED)) {
				throw new IllegalStateException(
						this.name + ": " + ((answer != null) ? answer : "no answer in " + limit) + "\n" + log());
			}
			return answer;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Say something and wait for the answer.
	 */
	public String ask(String command, Duration limit) {
		try {
			this.commands.write(command + "\n");
			this.commands.flush();
		}
		catch (IOException ex) {
			throw new IllegalStateException(this.name + " has ended\n" + log(), ex);
		}
		return await(limit);
	}

	/**
	 * Let it make calls.
	 * @param shape which
	 * @param calls how many
	 */
	public Usage calls(Shape shape, int calls) {
		return Usage.parse(ask("calls " + shape + " " + calls, Duration.ofSeconds(120)));
	}

	/**
	 * Its process id.
	 */
	public long pid() {
		return this.process.pid();
	}

	/**
	 * Send SIGTERM.
	 */
	public void terminate() {
		this.process.toHandle().destroy();
	}

	/**
	 * Whether its process lives.
	 */
	public boolean isAlive() {
		return this.process.isAlive();
	}

	/**
	 * Wait for the end of its process.
	 */
	public void awaitEnd(Duration limit) throws InterruptedException {
		if (!this.process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
			throw new IllegalStateException(this.name + " did not end within " + limit + "\n" + log());
		}
	}

	/**
	 * What it printed last.
	 */
	public String log() {
		synchronized (this.output) {
			return String.join("\n", this.output);
		}
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

	/**
	 * Where a file of that name is that a test or a run may write to.
	 * @throws IOException if it cannot be made
	 */
	public static Path temporary(String prefix, String suffix) throws IOException {
		Path file = Files.createTempFile(prefix, suffix);
		file.toFile().deleteOnExit();
		return file;
	}

}
