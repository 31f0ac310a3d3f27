package io.github.grpck8s.observability;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value that is looked for when the first call comes. Channels may be built long before
 * the application's other parts can be, and what observes a call must neither force those
 * early nor make the call fail. Safe for use by many threads.
 *
 * @param <T> the type of the value
 */
final class Lazily<T> {

	private static final Logger logger = LoggerFactory.getLogger(Lazily.class);

	/** Early calls are few; what still fails after so many will always fail. */
	private static final int MAX_TRIES = 100;

	private final String what;

	private final Supplier<? extends @Nullable T> supplier;

	/** Written once; found only after {@link #looked} was seen true. */
	private @Nullable T value;

	private volatile boolean looked;

	private final AtomicInteger failures = new AtomicInteger();

	/**
	 * Create the value.
	 * @param what what is missing if it cannot be had, for the log
	 * @param supplier finds the value, {@code null} if there is none; may be asked more
	 * than once, by several threads
	 */
	Lazily(String what, Supplier<? extends @Nullable T> supplier) {
		this.what = what;
		this.supplier = supplier;
	}

	/**
	 * The value.
	 * @return the value, {@code null} if there is none or none yet
	 */
	@Nullable T get() {
		if (!this.looked) {
			look();
		}
		return this.value;
	}

	// not synchronized: the supplier takes locks of the container, which a thread may
	// hold while it makes a call
	private void look() {
		try {
			T found = this.supplier.get();
			if (!this.looked) {
				this.value = found;
				this.looked = true;
			}
		}
		catch (RuntimeException ex) {
			int failures = this.failures.incrementAndGet();
			if (failures == 1) {
				logger.warn("Calls are left without {} for now, the next call tries again: {}", this.what,
						ex.toString());
			}
			else if (failures == MAX_TRIES) {
				logger.error("Calls are left without {} for good", this.what, ex);
				this.looked = true;
			}
		}
	}

}
