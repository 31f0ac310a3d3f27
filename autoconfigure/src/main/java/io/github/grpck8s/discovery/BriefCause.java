package io.github.grpck8s.discovery;

/**
 * What was thrown, in one line. A channel logs each failing status of its resolver with
 * the whole stack trace of the cause, again and again as long as an outage lasts, and a
 * trace of an HTTP client says nothing about the outage that its messages do not.
 */
final class BriefCause extends Exception {

	private static final long serialVersionUID = 1L;

	/** Deeper ones repeat what those above say. */
	private static final int MAX_DEPTH = 5;

	BriefCause(Throwable cause) {
		super(describe(cause), null, false, false);
	}

	private static String describe(Throwable cause) {
		StringBuilder line = new StringBuilder(cause.toString());
		Throwable next = cause.getCause();
		for (int depth = 1; next != null && depth < MAX_DEPTH; depth++) {
			line.append(", because of ").append(next);
			next = next.getCause();
		}
		return line.toString();
	}

	@Override
	public String toString() {
		return String.valueOf(getMessage());
	}

}
