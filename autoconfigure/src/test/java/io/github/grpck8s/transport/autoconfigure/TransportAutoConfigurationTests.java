package io.github.grpck8s.transport.autoconfigure;

import java.net.InetSocketAddress;
import java.time.Duration;

import io.github.grpck8s.ChannelTransport;
import io.github.grpck8s.ServerTransport;
import io.github.grpck8s.transport.netty.NettyChannelTransport;
import io.github.grpck8s.transport.netty.NettyServerTransport;
import io.github.grpck8s.transport.shaded.ShadedNettyChannelTransport;
import io.github.grpck8s.transport.shaded.ShadedNettyServerTransport;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

/**
 * Both flavours of Netty, either, none.
 */
class TransportAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(TransportAutoConfiguration.class));

	@Test
	void bothFlavoursAreThere() {
		this.runner.run((context) -> {
			assertThat(context).getBeans(ServerTransport.class).hasSize(2);
			assertThat(context).getBeans(ChannelTransport.class).hasSize(2);
		});
	}

	@Test
	void withoutShadedNettyTheOtherIsThere() {
		this.runner.withClassLoader(new FilteredClassLoader("io.grpc.netty.shaded"))
			.run((context) -> assertThat(context).hasSingleBean(NettyServerTransport.class)
				.hasSingleBean(NettyChannelTransport.class)
				.doesNotHaveBean(ShadedNettyServerTransport.class)
				.doesNotHaveBean(ShadedNettyChannelTransport.class));
	}

	@Test
	void withoutNettyTheShadedIsThere() {
		this.runner
			.withClassLoader(new FilteredClassLoader(
					(name) -> name.startsWith("io.grpc.netty.") && !name.startsWith("io.grpc.netty.shaded.")))
			.run((context) -> assertThat(context).hasSingleBean(ShadedNettyServerTransport.class)
				.doesNotHaveBean(NettyServerTransport.class));
	}

	@Test
	void usersOwnBeanWins() {
		ShadedNettyServerTransport own = new ShadedNettyServerTransport();
		this.runner.withBean("own", ShadedNettyServerTransport.class, () -> own)
			.run((context) -> assertThat(context).getBean(ShadedNettyServerTransport.class).isSameAs(own));
	}

	@Test
	void eachTakesItsOwnBuildersOnly() {
		ServerBuilder<?> netty = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0));
		ServerBuilder<?> shaded = io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder
			.forAddress(new InetSocketAddress("127.0.0.1", 0));
		ServerBuilder<?> inProcess = InProcessServerBuilder.forName("none");
		assertThat(new NettyServerTransport().builds(netty)).isTrue();
		assertThat(new NettyServerTransport().builds(shaded)).isFalse();
		assertThat(new NettyServerTransport().builds(inProcess)).isFalse();
		assertThat(new ShadedNettyServerTransport().builds(shaded)).isTrue();
		assertThat(new ShadedNettyServerTransport().builds(netty)).isFalse();
		ManagedChannelBuilder<?> nettyChannel = NettyChannelBuilder.forTarget("localhost");
		ManagedChannelBuilder<?> shadedChannel = io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder
			.forTarget("localhost");
		assertThat(new NettyChannelTransport().builds(nettyChannel)).isTrue();
		assertThat(new NettyChannelTransport().builds(shadedChannel)).isFalse();
		assertThat(new NettyChannelTransport().builds(InProcessChannelBuilder.forName("none"))).isFalse();
		assertThat(new ShadedNettyChannelTransport().builds(shadedChannel)).isTrue();
		assertThat(new ShadedNettyChannelTransport().builds(nettyChannel)).isFalse();
	}

	@Test
	void nettyTakesEverySetting() {
		ServerBuilder<?> server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0));
		ManagedChannelBuilder<?> channel = NettyChannelBuilder.forTarget("localhost");
		assertThatCode(() -> {
			NettyServerTransport transport = new NettyServerTransport();
			transport.maxConcurrentStreams(server, 200);
			transport.maxResets(server, 1000, Duration.ofSeconds(10));
			transport.window(server, 1 << 20);
			NettyChannelTransport channels = new NettyChannelTransport();
			channels.connectTimeout(channel, Duration.ofSeconds(3));
			channels.window(channel, 1 << 20);
		}).doesNotThrowAnyException();
	}

}
