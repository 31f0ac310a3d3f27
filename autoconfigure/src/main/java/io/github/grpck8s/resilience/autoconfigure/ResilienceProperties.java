package io.github.grpck8s.resilience.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.grpck8s.resilience.DeadlineRules;
import io.github.grpck8s.resilience.DefaultDeadline;
import io.github.grpck8s.resilience.MethodName;
import io.github.grpck8s.resilience.RetryPolicy;
import io.github.grpck8s.resilience.RetryRules;
import io.github.grpck8s.resilience.RetryThrottling;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Deadlines and retries of clients.
 *
 * @param enabled Whether to bound and repeat the calls of clients
 * @param deadline How long a unary call may take that has no deadline of its own; 0 for
 * as long as it likes
 * @param streamDeadline How long a streaming call may take that has no deadline of its
 * own; as long as it likes when not set
 * @param retry Calls that are repeated
 * @param channels What holds for single channels, by their name
 */
@ConfigurationProperties(ResilienceProperties.PREFIX)
record ResilienceProperties(@DefaultValue("true") boolean enabled, @DefaultValue("15s") Duration deadline,
		@Nullable Duration streamDeadline, @DefaultValue Retry retry, @DefaultValue Map<String, Channel> channels) {

	static final String PREFIX = "grpc.k8s.resilience";

	ResilienceProperties {
		ResilienceRules.checkDeadline(PREFIX + ".deadline", deadline);
		ResilienceRules.checkDeadline(PREFIX + ".stream-deadline", streamDeadline);
		retry.check(PREFIX + ".retry");
		channels = Map.copyOf(channels);
		channels.forEach((name, channel) -> channel.check(PREFIX + ".channels." + name, retry));
	}

	/**
	 * The default deadlines of a channel.
	 * @param name name of the channel
	 */
	DeadlineRules deadlines(String name) {
		String prefix = PREFIX + ".channels." + name;
		Channel channel = this.channels.getOrDefault(name, Channel.UNSET);
		Map<String, DefaultDeadline> methods = new LinkedHashMap<>();
		channel.methods().forEach((method, settings) -> {
			if (settings.deadline() != null) {
				methods.put(method,
						new DefaultDeadline(settings.deadline(), prefix + ".methods[" + method + "].deadline"));
			}
		});
		return new DeadlineRules(deadline(prefix, ".deadline", channel.deadline(), this.deadline),
				deadline(prefix, ".stream-deadline", channel.streamDeadline(), this.streamDeadline), methods);
	}

	private static @Nullable DefaultDeadline deadline(String prefix, String setting, @Nullable Duration ofChannel,
			@Nullable Duration ofAll) {
		Duration time = (ofChannel != null) ? ofChannel : ofAll;
		return (time == null || time.isZero()) ? null
				: new DefaultDeadline(time, ((ofChannel != null) ? prefix : PREFIX) + setting);
	}

	/**
	 * The retries of a channel.
	 * @param name name of the channel
	 * @return the rules, {@code null} for none
	 */
	@Nullable RetryRules retries(String name) {
		Channel channel = this.channels.getOrDefault(name, Channel.UNSET);
		return channel.retry().over(this.retry);
	}

	/**
	 * Which calls are repeated and how.
	 *
	 * @param enabled Whether to repeat calls of methods that are idempotent
	 * @param maxAttempts Attempts in all, the first included
	 * @param initialBackoff Bound of the random wait before the second attempt
	 * @param maxBackoff Bound of every wait between attempts
	 * @param multiplier Factor by which the bound of the wait grows
	 * @param statusCodes Statuses of an attempt after which there is another
	 * @param idempotentMethods Methods or whole services that may be repeated although
	 * their proto does not say so, as pkg.Service/Method or pkg.Service
	 * @param throttle When a channel stops to repeat calls
	 */
	record Retry(@DefaultValue("true") boolean enabled, @DefaultValue("3") int maxAttempts,
			@DefaultValue("100ms") Duration initialBackoff, @DefaultValue("1s") Duration maxBackoff,
			@DefaultValue("2") double multiplier, @DefaultValue("UNAVAILABLE") Set<Status.Code> statusCodes,
			@DefaultValue List<String> idempotentMethods, @DefaultValue Throttle throttle) {

		void check(String prefix) {
			ResilienceRules.checkMethods(prefix + ".idempotent-methods", this.idempotentMethods);
			ResilienceRules.checkPolicy(prefix, policy());
			ResilienceRules.checkThrottle(prefix + ".throttle", this.throttle.toRule());
		}

		RetryPolicy policy() {
			return new RetryPolicy(this.maxAttempts, this.initialBackoff, this.maxBackoff, this.multiplier,
					this.statusCodes);
		}

	}

	/**
	 * The tokens of a channel: a failed attempt takes one, a success brings some back,
	 * with half of them or fewer nothing is repeated.
	 *
	 * @param maxTokens Tokens at the start and at most
	 * @param tokenRatio Tokens that a success brings back
	 */
	record Throttle(@DefaultValue("10") double maxTokens, @DefaultValue("0.1") double tokenRatio) {

		RetryThrottling toRule() {
			return new RetryThrottling(this.maxTokens, this.tokenRatio);
		}

	}

	/**
	 * What holds for one channel.
	 *
	 * @param deadline How long a unary call of this channel may take that has no deadline
	 * of its own; 0 for as long as it likes
	 * @param streamDeadline How long a streaming call of this channel may take that has
	 * no deadline of its own; 0 for as long as it likes
	 * @param methods What holds for single methods, by their full name
	 * @param retry Calls of this channel that are repeated
	 */
	record Channel(@Nullable Duration deadline, @Nullable Duration streamDeadline,
			@DefaultValue Map<String, Method> methods, @DefaultValue ChannelRetry retry) {

		static final Channel UNSET = new Channel(null, null, Map.of(), ChannelRetry.UNSET);

		void check(String prefix, Retry ofAll) {
			ResilienceRules.checkDeadline(prefix + ".deadline", this.deadline);
			ResilienceRules.checkDeadline(prefix + ".stream-deadline", this.streamDeadline);
			this.methods.forEach((name, method) -> {
				ResilienceRules.checkKey(prefix + ".methods", name);
				ResilienceRules.checkDeadline(prefix + ".methods[" + name + "].deadline", method.deadline());
			});
			ResilienceRules.checkMethods(prefix + ".retry.idempotent-methods", this.retry.idempotentMethods());
			ResilienceRules.checkPolicy(prefix + ".retry", this.retry.policyOver(ofAll));
		}

	}

	/**
	 * What holds for one method.
	 *
	 * @param deadline How long a call of this method may take that has no deadline of its
	 * own, streaming or not; 0 for as long as it likes
	 */
	record Method(@Nullable Duration deadline) {
	}

	/**
	 * What of the retries is different for one channel; a shape of its own because here
	 * nothing has a default.
	 *
	 * @param enabled Whether to repeat calls of this channel
	 * @param maxAttempts Attempts in all, the first included
	 * @param initialBackoff Bound of the random wait before the second attempt
	 * @param maxBackoff Bound of every wait between attempts
	 * @param multiplier Factor by which the bound of the wait grows
	 * @param statusCodes Statuses of an attempt after which there is another
	 * @param idempotentMethods More methods or whole services that may be repeated
	 */
	record ChannelRetry(@Nullable Boolean enabled, @Nullable Integer maxAttempts, @Nullable Duration initialBackoff,
			@Nullable Duration maxBackoff, @Nullable Double multiplier, @Nullable Set<Status.Code> statusCodes,
			@DefaultValue List<String> idempotentMethods) {

		static final ChannelRetry UNSET = new ChannelRetry(null, null, null, null, null, null, List.of());

		@Nullable RetryRules over(Retry ofAll) {
			if (!((this.enabled != null) ? this.enabled : ofAll.enabled())) {
				return null;
			}
			Set<MethodName> methods = new LinkedHashSet<>();
			ofAll.idempotentMethods().forEach((name) -> methods.add(ResilienceRules.methodName(name)));
			this.idempotentMethods.forEach((name) -> methods.add(ResilienceRules.methodName(name)));
			return new RetryRules(policyOver(ofAll), ofAll.throttle().toRule(), methods);
		}

		RetryPolicy policyOver(Retry ofAll) {
			return new RetryPolicy((this.maxAttempts != null) ? this.maxAttempts : ofAll.maxAttempts(),
					(this.initialBackoff != null) ? this.initialBackoff : ofAll.initialBackoff(),
					(this.maxBackoff != null) ? this.maxBackoff : ofAll.maxBackoff(),
					(this.multiplier != null) ? this.multiplier : ofAll.multiplier(),
					(this.statusCodes != null) ? this.statusCodes : ofAll.statusCodes());
		}

	}

}
