package io.github.grpck8s.stack.netdevh;

import java.time.Duration;
import java.util.List;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import net.devh.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration;
import net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory;
import net.devh.boot.grpc.common.autoconfigure.GrpcCommonCodecAutoConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Settings for channels that there are not.
 */
class UnknownChannelsTests {

	private final Logger logger = (Logger) LoggerFactory.getLogger("io.github.grpck8s.stack.netdevh.UnknownChannels");

	private final ListAppender<ILoggingEvent> log = new ListAppender<>();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(NetDevhStackAutoConfiguration.class,
				GrpcCommonCodecAutoConfiguration.class, GrpcClientAutoConfiguration.class))
		.withPropertyValues("grpc.client.GLOBAL.shutdown-grace-period=0",
				"grpc.client.users.address=static://127.0.0.1:1");

	@BeforeEach
	void listen() {
		this.log.start();
		this.logger.addAppender(this.log);
	}

	@AfterEach
	void hush() {
		this.logger.detachAppender(this.log);
	}

	@Test
	void areToldOnceWithTheChannelsThatThereAre() {
		this.runner.withPropertyValues("grpc.k8s.keepalive.channels.user.time=1m",
				"grpc.k8s.keepalive.channels.user.timeout=1s", "grpc.k8s.balancing.channels.GLOBAL.policy=round_robin")
			.run((context) -> {
				ready(context);
				ready(context);
				assertThat(said()).containsExactlyInAnyOrder(
						"'grpc.k8s.keepalive.channels.user' has had no effect: no channel has this name. Known channels: [users]",
						"'grpc.k8s.balancing.channels.GLOBAL' has had no effect: no channel has this name. Known channels: [users]");
			});
	}

	@Test
	void aChannelThatIsConfiguredOrBuiltIsKnown() {
		this.runner
			.withPropertyValues("grpc.k8s.keepalive.channels.users.time=1m",
					"grpc.k8s.keepalive.channels.built.time=1m", "grpc.k8s.keepalive.client.time=1m")
			.run((context) -> {
				context.getBean(GrpcChannelFactory.class).createChannel("built");
				ready(context);
				assertThat(said()).isEmpty();
			});
	}

	private static void ready(AssertableApplicationContext context) {
		context.publishEvent(new ApplicationReadyEvent(new SpringApplication(), new String[0],
				context.getSourceApplicationContext(), Duration.ZERO));
	}

	private List<String> said() {
		return this.log.list.stream()
			.filter((event) -> event.getLevel() == Level.WARN)
			.map(ILoggingEvent::getFormattedMessage)
			.toList();
	}

}
