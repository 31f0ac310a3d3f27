package io.github.grpck8s.keepalive;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.ChannelTransport;
import io.github.grpck8s.ServerTransport;
import io.github.grpck8s.StackSettings;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

/**
 * Which pings contradict which permits.
 */
class PingAgreementTests {

	private static final ChannelSpec USERS = new ChannelSpec("users", "k8s:///users.shop:grpc");

	private static final ChannelSpec ELSEWHERE = new ChannelSpec("elsewhere", "dns:///example.org");

	private final ServerBuilder<?> server = mock();

	private final ManagedChannelBuilder<?> channel = mock();

	private final Stack stack = new Stack(new HashMap<>());

	@Test
	void theDefaultsAgree() {
		PingAgreement agreement = agreement(Duration.ofSeconds(10), true, Duration.ofSeconds(30), true);
		assertThatCode(() -> {
			agreement.applyTo(this.server);
			agreement.applyTo(USERS, this.channel);
		}).doesNotThrowAnyException();
	}

	@Test
	void pingsAsOftenAsPermittedAgree() {
		PingAgreement agreement = agreement(Duration.ofSeconds(10), true, Duration.ofSeconds(10), true);
		agreement.applyTo(this.server);
		assertThatCode(() -> agreement.applyTo(USERS, this.channel)).doesNotThrowAnyException();
	}

	@Test
	void tooManyPingsAreRefusedWhenTheChannelComesLast() {
		PingAgreement agreement = agreement(Duration.ofMinutes(1), true, Duration.ofSeconds(30), true);
		agreement.applyTo(this.server);
		assertThatExceptionOfType(KeepAliveConflictException.class)
			.isThrownBy(() -> agreement.applyTo(USERS, this.channel))
			.withMessage("Channel 'users' pings more than the server of this application permits:"
					+ " 'grpc.k8s.keepalive.client.time' is 'PT30S'"
					+ " but 'grpc.k8s.keepalive.server.permit-time' is 'PT1M'");
	}

	@Test
	void tooManyPingsAreRefusedWhenTheServerComesLast() {
		PingAgreement agreement = agreement(Duration.ofMinutes(1), true, Duration.ofSeconds(30), true);
		agreement.applyTo(USERS, this.channel);
		assertThatExceptionOfType(KeepAliveConflictException.class).isThrownBy(() -> agreement.applyTo(this.server));
	}

	@Test
	void pingsWithoutCallsAreRefusedWhereTheyAreNotPermitted() {
		PingAgreement agreement = agreement(Duration.ofSeconds(10), false, Duration.ofSeconds(30), true);
		agreement.applyTo(this.server);
		assertThatExceptionOfType(KeepAliveConflictException.class)
			.isThrownBy(() -> agreement.applyTo(USERS, this.channel))
			.withMessageContaining("'grpc.k8s.keepalive.client.without-calls' is 'true'")
			.withMessageContaining("'grpc.k8s.keepalive.server.permit-without-calls' is 'false'");
	}

	@Test
	void pingsWithCallsOnlyNeedNoPermitWithoutCalls() {
		PingAgreement agreement = agreement(Duration.ofSeconds(10), false, Duration.ofSeconds(30), false);
		agreement.applyTo(this.server);
		assertThatCode(() -> agreement.applyTo(USERS, this.channel)).doesNotThrowAnyException();
	}

	@Test
	void onePingInTwoHoursIsAlwaysPermitted() {
		PingAgreement agreement = agreement(Duration.ofHours(3), false, Duration.ofHours(2), true);
		agreement.applyTo(this.server);
		assertThatCode(() -> agreement.applyTo(USERS, this.channel)).doesNotThrowAnyException();
	}

	@Test
	void withoutServerNothingIsRefused() {
		PingAgreement agreement = agreement(Duration.ofMinutes(1), false, Duration.ofSeconds(30), true);
		assertThatCode(() -> agreement.applyTo(USERS, this.channel)).doesNotThrowAnyException();
	}

	@Test
	void aServerInTheSameProcessDoesNotCount() {
		PingAgreement agreement = agreement(Duration.ofMinutes(1), false, Duration.ofSeconds(30), true);
		agreement.applyTo(mock(ServerBuilder.class));
		assertThatCode(() -> agreement.applyTo(USERS, this.channel)).doesNotThrowAnyException();
	}

	@Test
	void aChannelInTheSameProcessDoesNotCount() {
		PingAgreement agreement = agreement(Duration.ofMinutes(1), false, Duration.ofSeconds(30), true);
		agreement.applyTo(this.server);
		assertThatCode(() -> agreement.applyTo(USERS, mock(ManagedChannelBuilder.class))).doesNotThrowAnyException();
	}

	@Test
	void aChannelThatDoesNotPingAgrees() {
		PingAgreement agreement = agreement(Duration.ofMinutes(1), false, Duration.ofSeconds(30), true);
		agreement.applyTo(this.server);
		assertThatCode(() -> agreement.applyTo(ELSEWHERE, this.channel)).doesNotThrowAnyException();
	}

	@Test
	void whatTheStackPermitsCounts() {
		this.stack.settings.put("grpc.k8s.keepalive.server.permit-time",
				new StackSettings.Setting<>("stack.permit", Duration.ofMinutes(5)));
		PingAgreement agreement = agreement(null, true, Duration.ofSeconds(30), true);
		agreement.applyTo(this.server);
		assertThatExceptionOfType(KeepAliveConflictException.class)
			.isThrownBy(() -> agreement.applyTo(USERS, this.channel))
			.withMessageContaining("'stack.permit' is 'PT5M'");
	}

	@Test
	void whatTheStackSendsCounts() {
		this.stack.settings.put("grpc.k8s.keepalive.client.time",
				new StackSettings.Setting<>("stack.time", Duration.ofSeconds(20)));
		PingAgreement agreement = agreement(Duration.ofMinutes(1), true, Duration.ofMinutes(2), true);
		agreement.applyTo(this.server);
		assertThatExceptionOfType(KeepAliveConflictException.class)
			.isThrownBy(() -> agreement.applyTo(ELSEWHERE, this.channel))
			.withMessageContaining("Channel 'elsewhere'")
			.withMessageContaining("'stack.time' is 'PT20S'");
	}

	@Test
	void whatNobodyKnowsIsNotRefused() {
		PingAgreement agreement = agreement(null, null, Duration.ofSeconds(30), true);
		agreement.applyTo(this.server);
		assertThatCode(() -> agreement.applyTo(USERS, this.channel)).doesNotThrowAnyException();
	}

	private PingAgreement agreement(@Nullable Duration permitTime, @Nullable Boolean permitWithoutCalls, Duration time,
			boolean withoutCalls) {
		ServerTransport serverTransport = mock();
		when(serverTransport.builds(any())).thenAnswer((call) -> call.getArgument(0) == this.server);
		ChannelTransport channelTransport = mock();
		when(channelTransport.builds(any())).thenAnswer((call) -> call.getArgument(0) == this.channel);
		return new PingAgreement(new ServerKeepAlive(null, null, permitTime, permitWithoutCalls, null, null, null),
				new ChannelKeepAlive(new ChannelPings(time, null, withoutCalls, null), ChannelPings.NONE, Map.of(),
						this.stack),
				List.of(serverTransport), List.of(channelTransport), this.stack);
	}

	/**
	 * Keeps nothing, but says what would hold.
	 */
	private record Stack(Map<String, Setting<?>> settings) implements StackSettings {

		@Override
		public boolean keepsServer(String property) {
			return false;
		}

		@Override
		public boolean keepsChannel(String property, ChannelSpec channel) {
			return false;
		}

		@Override
		@SuppressWarnings("unchecked")
		public <T> @Nullable Setting<T> serverSetting(String property, Class<T> type) {
			return (Setting<T>) this.settings.get(property);
		}

		@Override
		@SuppressWarnings("unchecked")
		public <T> @Nullable Setting<T> channelSetting(String property, ChannelSpec channel, Class<T> type) {
			return (Setting<T>) this.settings.get(property);
		}

	}

}
