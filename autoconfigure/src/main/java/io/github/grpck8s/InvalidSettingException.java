package io.github.grpck8s;

/**
 * A setting that cannot be. Stops the application with one message that names the
 * property, its value, the rule that it breaks and what to do.
 */
public class InvalidSettingException extends IllegalArgumentException {

	private static final long serialVersionUID = 1L;

	private final String property;

	private final String remedy;

	/**
	 * Create the exception.
	 * @param property full name of the property
	 * @param value what it was set to; never a secret
	 * @param rule what must hold, as the end of the sentence "…must…", for example
	 * {@code must be positive}
	 * @param remedy what to do, a full sentence
	 */
	public InvalidSettingException(String property, Object value, String rule, String remedy) {
		super("'" + property + "' " + rule + " but was '" + value + "'");
		this.property = property;
		this.remedy = remedy;
	}

	/**
	 * The property that is wrong.
	 * @return its full name
	 */
	public String getProperty() {
		return this.property;
	}

	/**
	 * What to do.
	 * @return a full sentence
	 */
	public String getRemedy() {
		return this.remedy;
	}

}
