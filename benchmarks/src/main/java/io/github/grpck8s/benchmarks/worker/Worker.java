package io.github.grpck8s.benchmarks.worker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.HashMap;
import java.util.Map;

/**
 * The child's side: obeys commands from standard input, one a line, and answers each with
 * one line.
 */
public final class Worker {

	static final String ANSWER = "@@ ";

	static final String FAILED = "failed: ";

	private final Map<String, Action> actions = new HashMap<>();

	/**
	 * What a command does.
	 */
	@FunctionalInterface
	public interface Action {

		/**
		 * Do it.
		 * @param words the words after the command
		 * @return the answer, one line
		 * @throws Exception if it fails
		 */
		String run(String[] words) throws Exception;

	}

	/**
	 * Teach a command.
	 */
	public Worker on(String command, Action action) {
		this.actions.put(command, action);
		return this;
	}

	/**
	 * Say something without being asked, for example that it is ready.
	 */
	public static void say(String text) {
		System.out.println(ANSWER + text);
		System.out.flush();
	}

	/**
	 * Obey until the parent is gone.
	 * @throws IOException if standard input cannot be read
	 */
	public void serve() throws IOException {
		BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
		String line = commands.readLine();
		while (line != null) {
			String[] words = line.split(" ");
			String[] rest = new String[words.length - 1];
			System.arraycopy(words, 1, rest, 0, rest.length);
			try {
				Action action = this.actions.get(words[0]);
				say((action != null) ? action.run(rest) : FAILED + "no such command: " + line);
			}
			catch (Exception ex) {
				ex.printStackTrace();
				say(FAILED + ex);
			}
			line = commands.readLine();
		}
		// nobody is left to be measured for
		Runtime.getRuntime().halt(0);
	}

}
