package io.github.grpck8s;

import java.math.BigDecimal;
import java.time.Duration;

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
		super("'" + property + "' " + rule + " but was '" + text(value) + "'");
		this.property = property;
		this.remedy = remedy;
	}

	/**
	 * As people write it: {@code -3s} and not {@code PT-3S}.
	 */
	private static String text(Object value) {
		if (!(value instanceof Duration duration)) {
			return String.valueOf(value);
		}
		long seconds = duration.getSeconds();
		if (duration.getNano() == 0) {
			boolean minutes = seconds != 0 && seconds % 60 == 0;
			boolean hours = minutes && seconds % 3600 == 0;
			return hours ? seconds / 3600 + "h" : minutes ? seconds / 60 + "m" : seconds + "s";
		}
		BigDecimal millis = BigDecimal.valueOf(seconds, -3).add(BigDecimal.valueOf(duration.getNano(), 6));
		return millis.stripTrailingZeros().toPlainString() + "ms";
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
