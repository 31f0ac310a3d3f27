package io.github.grpck8s.stack.netdevh;

import java.time.Duration;
import java.util.Map;

import io.github.grpck8s.ChannelSpec;
import io.github.grpck8s.InvalidSettingException;
import io.github.grpck8s.StackSettings.Setting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link NetDevhSettings}.
 */
@ExtendWith(OutputCaptureExtension.class)
class NetDevhSettingsTests {

	private static final ChannelSpec USERS = new ChannelSpec("users", "k8s:///users:grpc");

	private static final ChannelSpec CAMEL = new ChannelSpec("userService", "k8s:///users:grpc");

	private static final String SERVER_AGE = "grpc.k8s.keepalive.server.max-connection-age";

	private static final String SERVER_TIME = "grpc.k8s.keepalive.server.time";

	private static final String CLIENT_TIME = "grpc.k8s.keepalive.client.time";

	private static NetDevhSettings settings(String... pairs) {
		MockEnvironment environment = new MockEnvironment();
		for (String pair : pairs) {
			String[] keyAndValue = pair.split("=");
			environment.setProperty(keyAndValue[0], keyAndValue[1]);
		}
		return new NetDevhSettings(environment);
	}

	@Test
	void knowsThePortOfTheServer() {
		assertThat(new NetDevhSettings(new MockEnvironment()).serverPort())
			.isEqualTo(new Setting<>("grpc.server.port", 9090));
		assertThat(new NetDevhSettings(new MockEnvironment().withProperty("grpc.server.port", "7070")).serverPort())
			.isEqualTo(new Setting<>("grpc.server.port", 7070));
	}

	@Test
	void aValueThatCannotBeReadIsNamed() {
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> settings("grpc.server.port=high").serverPort())
			.withMessage("'grpc.server.port' must be of type Integer but was 'high'");
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> settings("grpc.server.shutdown-grace-period=long")
				.serverSetting("grpc.k8s.shutdown.grace", Duration.class))
			.withMessage("'grpc.server.shutdown-grace-period' must be of type Duration but was 'long'");
	}

	@Test
	void aHealthServiceSwitchedOffIsKeptOff() {
		NetDevhSettings settings = new NetDevhSettings(
				new MockEnvironment().withProperty("grpc.server.health-service-enabled", "false"));
		assertThat(settings.keepsServer("grpc.k8s.health.enabled")).isTrue();
		assertThat(settings.serverSetting("grpc.k8s.health.enabled", Boolean.class))
			.isEqualTo(new Setting<>("grpc.server.health-service-enabled", false));
	}

	@Test
	void whenNothingIsSetKeepsNothing() {
		assertThat(settings().keepsServer(SERVER_AGE)).isFalse();
		assertThat(settings().keepsChannel(CLIENT_TIME, USERS)).isFalse();
	}

	@Test
	void keepsWhatIsSetOnTheServer() {
		assertThat(settings("grpc.server.max-connection-age=1h").keepsServer(SERVER_AGE)).isTrue();
		assertThat(settings("grpc.server.maxConnectionAge=1h").keepsServer(SERVER_AGE)).isTrue();
		assertThat(settings("grpc.server.max-connection-idle=1h").keepsServer(SERVER_AGE)).isFalse();
	}

	@Test
	void keepsWhatIsSetByEnvironmentVariable() {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources()
			.addFirst(new SystemEnvironmentPropertySource("systemEnvironment", Map.of("GRPC_SERVER_MAXCONNECTIONAGE",
					"1h", "GRPC_CLIENT_USERS_KEEPALIVETIME", "1m", "GRPC_CLIENT_USERS_ENABLEKEEPALIVE", "true")));
		NetDevhSettings settings = new NetDevhSettings(environment);
		assertThat(settings.keepsServer(SERVER_AGE)).isTrue();
		assertThat(settings.keepsChannel(CLIENT_TIME, USERS)).isTrue();
	}

	@Test
	void seesTheUsualSpellingOfEnvironmentVariables() {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources()
			.addFirst(new SystemEnvironmentPropertySource("systemEnvironment",
					Map.of("GRPC_SERVER_MAX_INBOUND_MESSAGE_SIZE", "16MB", "GRPC_CLIENT_USERS_MAX_INBOUND_MESSAGE_SIZE",
							"8MB", "GRPC_SERVER_MAX_CONNECTION_AGE", "1h",
							"GRPC_K8S_KEEPALIVE_SERVER_MAX_CONNECTION_AGE", "2h")));
		NetDevhSettings settings = new NetDevhSettings(environment);
		assertThat(settings.keepsServer("grpc.k8s.limits.max-message-size")).isTrue();
		assertThat(settings.serverSetting("grpc.k8s.limits.max-message-size", DataSize.class))
			.isEqualTo(new Setting<>("grpc.server.max-inbound-message-size", DataSize.ofMegabytes(16)));
		assertThat(settings.keepsChannel("grpc.k8s.limits.max-message-size", USERS)).isTrue();
		assertThat(settings.keepsServer(SERVER_AGE)).isFalse();
	}

	@Test
	void keepsWhatIsSetOnAChannelOrOnAll() {
		NetDevhSettings one = settings("grpc.client.userService.keep-alive-time=1m",
				"grpc.client.GLOBAL.enable-keep-alive=true");
		assertThat(one.keepsChannel(CLIENT_TIME, CAMEL)).isTrue();
		assertThat(one.keepsChannel(CLIENT_TIME, USERS)).isFalse();
		assertThat(settings("grpc.client.GLOBAL.default-load-balancing-policy=pick_first")
			.keepsChannel("grpc.k8s.balancing.policy", USERS)).isTrue();
	}

	@Test
	void pingsThatTheStackWouldNotSendAreNotKept(CapturedOutput output) {
		assertThat(settings("grpc.server.keep-alive-time=1h").keepsServer(SERVER_TIME)).isFalse();
		assertThat(output)
			.contains("grpc.server.keep-alive-time has no effect without enable-keep-alive=true beside it");
		assertThat(settings("grpc.server.keep-alive-time=1h", "grpc.server.enable-keep-alive=true")
			.keepsServer(SERVER_TIME)).isTrue();
	}

	@Test
	void pingsThatAreSwitchedOffStayOff() {
		NetDevhSettings settings = settings("grpc.client.users.enable-keep-alive=false");
		assertThat(settings.keepsChannel(CLIENT_TIME, USERS)).isTrue();
		assertThat(settings.channelSetting(CLIENT_TIME, USERS, Duration.class)).isNull();
	}

	@Test
	void oursBeatsTheirsAndSaysSoOnce(CapturedOutput output) {
		NetDevhSettings settings = settings("grpc.server.max-connection-age=1h", SERVER_AGE + "=2h");
		assertThat(settings.keepsServer(SERVER_AGE)).isFalse();
		assertThat(settings.keepsServer(SERVER_AGE)).isFalse();
		assertThat(output).containsOnlyOnce("Both 'grpc.k8s.keepalive.server.max-connection-age' and "
				+ "'grpc.server.max-connection-age' are set: the former is used");
	}

	@Test
	void oursOfAChannelBeatsTheirs(CapturedOutput output) {
		assertThat(settings("grpc.client.userService.max-inbound-message-size=1MB",
				"grpc.k8s.limits.channels.userService.max-message-size=2MB")
			.keepsChannel("grpc.k8s.limits.max-message-size", CAMEL)).isFalse();
		assertThat(output).contains("Both 'grpc.k8s.limits.channels.userService.max-message-size' and "
				+ "'grpc.client.userService.max-inbound-message-size' are set");
		assertThat(settings("grpc.client.users.max-inbound-message-size=1MB", "grpc.k8s.limits.max-message-size=2MB")
			.keepsChannel("grpc.k8s.limits.max-message-size", USERS)).isFalse();
	}

	@Test
	void tellsWhatHoldsInTheWordsOfTheStack() {
		NetDevhSettings settings = settings("grpc.server.permit-keep-alive-time=1m",
				"grpc.client.users.keep-alive-time=90s", "grpc.client.GLOBAL.enable-keep-alive=true");
		assertThat(settings.serverSetting("grpc.k8s.keepalive.server.permit-time", Duration.class))
			.isEqualTo(new Setting<>("grpc.server.permit-keep-alive-time", Duration.ofMinutes(1)));
		assertThat(settings.serverSetting("grpc.k8s.keepalive.server.permit-without-calls", Boolean.class))
			.isEqualTo(new Setting<>("grpc.server.permit-keep-alive-without-calls", false));
		assertThat(settings.serverSetting(SERVER_TIME, Duration.class)).isNull();
		assertThat(settings.channelSetting(CLIENT_TIME, USERS, Duration.class))
			.isEqualTo(new Setting<>("grpc.client.users.keep-alive-time", Duration.ofSeconds(90)));
		assertThat(settings.channelSetting(CLIENT_TIME, CAMEL, Duration.class))
			.isEqualTo(new Setting<>("grpc.client.userService.keep-alive-time", Duration.ofMinutes(5)));
	}

}
