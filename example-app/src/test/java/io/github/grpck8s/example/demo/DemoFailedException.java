package io.github.grpck8s.example.demo;

/**
 * The demo cannot go on.
 */
class DemoFailedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	DemoFailedException(String message) {
		super(message);
	}

}
