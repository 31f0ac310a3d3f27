package io.github.grpck8s.resilience.autoconfigure;

import java.util.List;
import java.util.Map;

import io.github.grpck8s.ChannelServices;
import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.StackSettings;
import io.github.grpck8s.resilience.DeadlineFeature;
import io.github.grpck8s.resilience.DeadlineRules;
import io.github.grpck8s.resilience.IdempotentMethods;
import io.github.grpck8s.resilience.RetryFeature;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

/**
 * The wiring of deadlines and retries.
 */
class ResilienceAutoConfigurationTests {

	private static final ChannelSpec USERS = new ChannelSpec("users", "k8s:///users:grpc");

	private static final ChannelSpec ORDERS = new ChannelSpec("orders", "k8s:///orders:grpc");

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

	@Test
	void byDefaultUnaryCallsHaveADeadlineAndMarkedMethodsAreRepeated() {
		this.runner.withBean(ChannelServices.class, () -> (channel) -> List.of(service())).run((context) -> {
			ResilienceProperties properties = context.getBean(ResilienceProperties.class);
			assertThat(properties.deadlines("users").unary())
				.hasToString("DefaultDeadline[time=PT15S, property=grpc.k8s.resilience.deadline]");
			assertThat(properties.deadlines("users").stream()).isNull();
			assertThat(context.getBean(RetryFeature.class).serviceConfig(USERS)).isEqualTo(Map.of("methodConfig",
					List.of(Map.of("name", List.of(Map.of("service", "users.Users", "method", "Get")), "retryPolicy",
							Map.of("maxAttempts", 3.0, "initialBackoff", "0.100s", "maxBackoff", "1s",
									"backoffMultiplier", 2.0, "retryableStatusCodes", List.of("UNAVAILABLE")))),
					"retryThrottling", Map.of("maxTokens", 10.0, "tokenRatio", 0.1)));
		});
	}

	@Test
	void channelIsNeverToldNotToRetry() {
		this.runner.run((context) -> {
			ManagedChannelBuilder<?> builder = mock();
			context.getBean(DeadlineFeature.class).applyTo(USERS, builder);
			verify(builder).intercept(any(ClientInterceptor[].class));
			verify(builder, never()).disableRetry();
		});
	}

	@Test
	void withoutAStackThatKnowsTheServicesNothingIsRepeated() {
		this.runner.run((context) -> assertThat(context.getBean(RetryFeature.class).serviceConfig(USERS)).isEmpty());
	}

	@Test
	void settingsAreBoundForAllAndForOneChannel() {
		this.runner
			.withPropertyValues("grpc.k8s.resilience.deadline=2s", "grpc.k8s.resilience.stream-deadline=1h",
					"grpc.k8s.resilience.channels.users.deadline=3s",
					"grpc.k8s.resilience.channels.users.stream-deadline=0",
					"grpc.k8s.resilience.channels.users.methods[users.Users/Get].deadline=250ms",
					"grpc.k8s.resilience.retry.max-attempts=4", "grpc.k8s.resilience.retry.initial-backoff=50ms",
					"grpc.k8s.resilience.retry.max-backoff=1050ms", "grpc.k8s.resilience.retry.multiplier=1.5",
					"grpc.k8s.resilience.retry.status-codes=unavailable,resource-exhausted",
					"grpc.k8s.resilience.retry.idempotent-methods=audit.Log/Append",
					"grpc.k8s.resilience.retry.throttle.max-tokens=100",
					"grpc.k8s.resilience.retry.throttle.token-ratio=0.5",
					"grpc.k8s.resilience.channels.users.retry.max-attempts=2",
					"grpc.k8s.resilience.channels.users.retry.idempotent-methods=users.Users,audit.Log/Append",
					"grpc.k8s.resilience.channels.orders.retry.enabled=false")
			.run((context) -> {
				ResilienceProperties properties = context.getBean(ResilienceProperties.class);
				DeadlineRules users = properties.deadlines("users");
				assertThat(users.unary())
					.hasToString("DefaultDeadline[time=PT3S, property=grpc.k8s.resilience.channels.users.deadline]");
				assertThat(users.stream()).isNull();
				assertThat(users.methods().get("users.Users/Get")).hasToString("DefaultDeadline[time=PT0.25S, "
						+ "property=grpc.k8s.resilience.channels.users.methods[users.Users/Get].deadline]");
				assertThat(properties.deadlines("orders").unary())
					.hasToString("DefaultDeadline[time=PT2S, property=grpc.k8s.resilience.deadline]");
				assertThat(properties.deadlines("orders").stream()).isNotNull();
				RetryFeature retries = context.getBean(RetryFeature.class);
				assertThat(retries.serviceConfig(ORDERS)).isEmpty();
				assertThat(retries.serviceConfig(USERS)).isEqualTo(Map.of("methodConfig",
						List.of(Map.of("name", List
							.of(Map.of("service", "audit.Log", "method", "Append"), Map.of("service", "users.Users")),
								"retryPolicy",
								Map.of("maxAttempts", 2.0, "initialBackoff", "0.050s", "maxBackoff", "1.050s",
										"backoffMultiplier", 1.5, "retryableStatusCodes",
										List.of("RESOURCE_EXHAUSTED", "UNAVAILABLE")))),
						"retryThrottling", Map.of("maxTokens", 100.0, "tokenRatio", 0.5)));
			});
	}

	@Test
	void whenSwitchedOffIsNotThere() {
		this.runner.withPropertyValues("grpc.k8s.resilience.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(DeadlineFeature.class)
				.doesNotHaveBean(RetryFeature.class));
	}

	@Test
	void zeroSwitchesTheDeadlineOff() {
		this.runner.withPropertyValues("grpc.k8s.resilience.deadline=0").run((context) -> {
			ManagedChannelBuilder<?> builder = mock();
			context.getBean(DeadlineFeature.class).applyTo(USERS, builder);
			verifyNoInteractions(builder);
		});
	}

	@Test
	void retriesCanBeSwitchedOffAlone() {
		this.runner.withBean(ChannelServices.class, () -> (channel) -> List.of(service()))
			.withPropertyValues("grpc.k8s.resilience.retry.enabled=false")
			.run((context) -> assertThat(context.getBean(RetryFeature.class).serviceConfig(USERS)).isEmpty());
	}

	@Test
	void whenUserDefinesBeansBacksOff() {
		DeadlineFeature deadlines = new DeadlineFeature((channel) -> new DeadlineRules(null, null, Map.of()));
		RetryFeature retries = new RetryFeature((channel) -> null, (channel) -> List.of(), (method) -> false);
		IdempotentMethods none = (method) -> false;
		this.runner.withBean(DeadlineFeature.class, () -> deadlines)
			.withBean(RetryFeature.class, () -> retries)
			.withBean(IdempotentMethods.class, () -> none)
			.run((context) -> {
				assertThat(context).getBean(DeadlineFeature.class).isSameAs(deadlines);
				assertThat(context).getBean(RetryFeature.class).isSameAs(retries);
				assertThat(context).getBean(IdempotentMethods.class).isSameAs(none);
			});
	}

	@Test
	void withoutGrpcIsNotThere() {
		this.runner.withClassLoader(new FilteredClassLoader(ManagedChannelBuilder.class))
			.run((context) -> assertThat(context).doesNotHaveBean(ResilienceAutoConfiguration.class));
	}

	@Test
	void withoutProtobufBelievesTheDescriptors() {
		this.runner.withClassLoader(new FilteredClassLoader(ProtoMethodDescriptorSupplier.class))
			.withBean(ChannelServices.class, () -> (channel) -> List.of(service()))
			.run((context) -> assertThat(context.getBean(RetryFeature.class).serviceConfig(USERS))
				.containsKey("methodConfig"));
	}

	@Test
	void whatTheUserSetForTheStackIsKept() {
		StackSettings stack = mock();
		when(stack.keepsChannel("grpc.k8s.resilience.deadline", USERS)).thenReturn(true);
		when(stack.keepsChannel("grpc.k8s.resilience.retry", USERS)).thenReturn(true);
		this.runner.withBean(StackSettings.class, () -> stack)
			.withPropertyValues("grpc.k8s.resilience.retry.idempotent-methods=users.Users/Get")
			.run((context) -> {
				ManagedChannelBuilder<?> kept = mock();
				context.getBean(DeadlineFeature.class).applyTo(USERS, kept);
				verifyNoInteractions(kept);
				assertThat(context.getBean(RetryFeature.class).serviceConfig(USERS)).isEmpty();
				assertThat(context.getBean(RetryFeature.class).serviceConfig(ORDERS)).isNotEmpty();
			});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			deadline|-1s|must be 0 or between
			stream-deadline|10us|must be 0 or between
			channels.users.deadline|-1s|must be 0 or between
			channels.users.stream-deadline|-1s|must be 0 or between
			retry.max-attempts|1|must be between 2 and 5
			retry.max-attempts|6|must be between 2 and 5
			channels.users.retry.max-attempts|6|must be between 2 and 5
			retry.initial-backoff|0|must be between 1 ms
			retry.max-backoff|-1s|must be between 1 ms
			retry.max-backoff|50ms|must not be below
			retry.multiplier|0.5|must be between 1 and 100
			retry.multiplier|NaN|must be between 1 and 100
			retry.status-codes|OK|must name at least one status and not OK
			retry.throttle.max-tokens|0|must be above 0
			retry.throttle.max-tokens|1001|must be above 0
			retry.throttle.token-ratio|0|must be between 0.001
			retry.idempotent-methods|users.Users/|must hold names such as
			channels.users.retry.idempotent-methods|/users.Users/Get|must hold names such as
			""")
	void badSettingStopsTheApplication(String setting, String value, String rule) {
		this.runner.withPropertyValues("grpc.k8s.resilience." + setting + "=" + value)
			.run((context) -> assertThatRefused(assertThat(context).getFailure())
				.hasMessageContaining("'grpc.k8s.resilience." + setting + "' " + rule));
	}

	@Test
	void badKeyOfAMethodStopsTheApplication() {
		this.runner.withPropertyValues("grpc.k8s.resilience.channels.users.methods[Get].deadline=1s")
			.run((context) -> assertThatRefused(assertThat(context).getFailure())
				.hasMessage("'grpc.k8s.resilience.channels.users.methods' must have keys such as pkg.Service/Method "
						+ "but was 'Get'"));
	}

	private static AbstractThrowableAssert<?, ? extends Throwable> assertThatRefused(
			AbstractThrowableAssert<?, ? extends Throwable> failure) {
		return failure.rootCause().isInstanceOf(InvalidSettingException.class);
	}

	private static ServiceDescriptor service() {
		return ServiceDescriptor.newBuilder("users.Users")
			.addMethod(method("Get", true))
			.addMethod(method("Add", false))
			.build();
	}

	private static MethodDescriptor<?, ?> method(String name, boolean safe) {
		return HealthGrpc.getCheckMethod().toBuilder().setFullMethodName("users.Users/" + name).setSafe(safe).build();
	}

}
