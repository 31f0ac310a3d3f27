package io.github.grpck8s.stack.netdevh;

import io.github.grpck8s.ChannelSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link NetDevhSettings}.
 */
@ExtendWith(OutputCaptureExtension.class)
class NetDevhSettingsTests {

	private static final ChannelSpec USERS = new ChannelSpec("users", "k8s:///users:grpc");

	private static final ChannelSpec CAMEL = new ChannelSpec("userService", "k8s:///users:grpc");

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
	void whenNothingIsSetKeepsNothing() {
		assertThat(settings().keepsServer(SERVER_TIME)).isFalse();
		assertThat(settings().keepsChannel(CLIENT_TIME, USERS)).isFalse();
	}

	@Test
	void keepsWhatIsSetOnTheServer() {
		assertThat(settings("grpc.server.keep-alive-time=1h").keepsServer(SERVER_TIME)).isTrue();
		assertThat(settings("grpc.server.keepAliveTime=1h").keepsServer(SERVER_TIME)).isTrue();
		assertThat(settings("grpc.server.keep-alive-timeout=1h").keepsServer(SERVER_TIME)).isFalse();
	}

	@Test
	void keepsWhatIsSetByEnvironmentVariable() {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources()
			.addFirst(new SystemEnvironmentPropertySource("systemEnvironment",
					java.util.Map.of("GRPC_SERVER_MAXCONNECTIONAGE", "1h", "GRPC_CLIENT_USERS_KEEPALIVETIME", "1m")));
		NetDevhSettings settings = new NetDevhSettings(environment);
		assertThat(settings.keepsServer("grpc.k8s.keepalive.server.max-connection-age")).isTrue();
		assertThat(settings.keepsChannel(CLIENT_TIME, USERS)).isTrue();
	}

	@Test
	void keepsWhatIsSetOnAChannelOrOnAll() {
		NetDevhSettings one = settings("grpc.client.userService.keep-alive-time=1m");
		assertThat(one.keepsChannel(CLIENT_TIME, CAMEL)).isTrue();
		assertThat(one.keepsChannel(CLIENT_TIME, USERS)).isFalse();
		assertThat(settings("grpc.client.GLOBAL.keep-alive-time=1m").keepsChannel(CLIENT_TIME, USERS)).isTrue();
	}

	@Test
	void oursBeatsTheirsAndSaysSoOnce(CapturedOutput output) {
		NetDevhSettings settings = settings("grpc.server.keep-alive-time=1h", SERVER_TIME + "=2h");
		assertThat(settings.keepsServer(SERVER_TIME)).isFalse();
		assertThat(settings.keepsServer(SERVER_TIME)).isFalse();
		assertThat(output).containsOnlyOnce(
				"Both 'grpc.k8s.keepalive.server.time' and 'grpc.server.keep-alive-time' are set: the former is used");
	}

	@Test
	void oursOfAChannelBeatsTheirs(CapturedOutput output) {
		assertThat(settings("grpc.client.userService.keep-alive-time=1m",
				"grpc.k8s.keepalive.channels.userService.time=30s")
			.keepsChannel(CLIENT_TIME, CAMEL)).isFalse();
		assertThat(output).contains("Both 'grpc.k8s.keepalive.channels.userService.time' and "
				+ "'grpc.client.userService.keep-alive-time' are set");
		assertThat(
				settings("grpc.client.users.keep-alive-time=1m", CLIENT_TIME + "=30s").keepsChannel(CLIENT_TIME, USERS))
			.isFalse();
	}

}
