package io.github.grpck8s.shutdown.autoconfigure;

import java.time.Duration;

import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.ServerLifecycleListener;
import io.github.grpck8s.StackSettings;
import io.github.grpck8s.StackSettings.Setting;
import io.grpc.Server;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.core.env.Environment;

/**
 * The times of the drain, and whether they fit into what Kubernetes gives the pod: after
 * {@code terminationGracePeriodSeconds} it is killed, whatever still runs. A preStop hook
 * is spent from the same budget.
 *
 * @param delay how long new calls are still served
 * @param grace how long running calls have
 * @param period what Kubernetes gives, {@code null} when nobody kills the application
 */
record DrainBudget(Duration delay, Duration grace, @Nullable Duration period) implements ServerLifecycleListener {

	/** What the rest of the application needs to close. */
	static final Duration REST = Duration.ofSeconds(5);

	static final String PERIOD_VARIABLE = "GRPC_K8S_TERMINATION_GRACE_PERIOD_SECONDS";

	private static final Duration DELAY_IN_POD = Duration.ofSeconds(5);

	private static final Duration PERIOD_IN_POD = Duration.ofSeconds(30);

	private static final Logger logger = LoggerFactory.getLogger(DrainBudget.class);

	static DrainBudget of(ShutdownProperties properties, Environment environment, StackSettings stack) {
		boolean pod = CloudPlatform.getActive(environment) == CloudPlatform.KUBERNETES;
		Duration delay = properties.delay();
		if (delay == null) {
			delay = pod ? DELAY_IN_POD : Duration.ZERO;
		}
		Duration period = properties.terminationGracePeriod();
		if (period == null) {
			period = fromVariable(environment.getProperty(PERIOD_VARIABLE));
		}
		if (period == null && pod) {
			period = PERIOD_IN_POD;
		}
		return new DrainBudget(delay, grace(properties, stack), period);
	}

	// a grace that the user set on the stack is spent by us: the stack itself would end
	// what
	// still runs with CANCELLED. A negative one means for ever
	private static Duration grace(ShutdownProperties properties, StackSettings stack) {
		String property = "grpc.k8s.shutdown.grace";
		Setting<Duration> theirs = stack.keepsServer(property) ? stack.serverSetting(property, Duration.class) : null;
		if (theirs == null) {
			return properties.grace();
		}
		return theirs.value().isNegative() ? ShutdownProperties.LONGEST : theirs.value();
	}

	private static @Nullable Duration fromVariable(@Nullable String seconds) {
		if (seconds == null || seconds.isBlank()) {
			return null;
		}
		try {
			return Duration.ofSeconds(Integer.parseUnsignedInt(seconds.trim()));
		}
		catch (NumberFormatException ex) {
			throw new InvalidSettingException(PERIOD_VARIABLE, seconds, "must be a whole number of seconds",
					"Set the variable to the pod's terminationGracePeriodSeconds, or leave it out.");
		}
	}

	/**
	 * What does not add up.
	 * @return a sentence with the sum, {@code null} if all is well
	 */
	@Nullable String warning() {
		Duration sum = this.delay.plus(this.grace).plus(REST);
		if (this.period == null || sum.compareTo(this.period) <= 0) {
			return null;
		}
		return "Kubernetes kills this pod before it has drained: grpc.k8s.shutdown.delay " + seconds(this.delay)
				+ " + grpc.k8s.shutdown.grace " + seconds(this.grace) + " + " + seconds(REST)
				+ " for the rest of the application = " + seconds(sum) + ", but terminationGracePeriodSeconds is "
				+ seconds(this.period) + ". Raise it in the pod, or lower delay or grace";
	}

	@Override
	public void started(Server server) {
		String warning = warning();
		if (warning != null) {
			logger.warn(warning);
		}
	}

	private static String seconds(Duration time) {
		return (time.toMillisPart() == 0) ? time.toSeconds() + " s" : time.toMillis() + " ms";
	}

}
