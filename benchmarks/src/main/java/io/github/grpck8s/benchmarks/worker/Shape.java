package io.github.grpck8s.benchmarks.worker;

/**
 * What the calls of a measurement are like.
 */
public enum Shape {

	/**
	 * One caller, 100 bytes there and 100 bytes back.
	 */
	UNARY("unary 100 B", 1),

	/**
	 * One caller, each call is answered by 100 messages of 100 bytes; counted by message.
	 */
	STREAMING("server streaming", 1),

	/**
	 * 64 callers, each on a thread of its own.
	 */
	CALLERS_64("64 callers", 64),

	/**
	 * One caller, nothing there and nothing back.
	 */
	EMPTY("empty unary", 1);

	/**
	 * Messages of one streaming call.
	 */
	public static final int MESSAGES = 100;

	private final String title;

	private final int callers;

	Shape(String title, int callers) {
		this.title = title;
		this.callers = callers;
	}

	/**
	 * What to call it in a table.
	 */
	public String title() {
		return this.title;
	}

	int callers() {
		return this.callers;
	}

}
