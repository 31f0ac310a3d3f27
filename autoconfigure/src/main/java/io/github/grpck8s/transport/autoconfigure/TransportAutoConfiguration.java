package io.github.grpck8s.transport.autoconfigure;

import io.github.grpck8s.transport.netty.NettyChannelTransport;
import io.github.grpck8s.transport.netty.NettyServerTransport;
import io.github.grpck8s.transport.shaded.ShadedNettyChannelTransport;
import io.github.grpck8s.transport.shaded.ShadedNettyServerTransport;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Both flavours of Netty, each where its jar is there.
 */
@AutoConfiguration
public final class TransportAutoConfiguration {

	/**
	 * grpc-netty-shaded.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder")
	static class Shaded {

		@Bean
		@ConditionalOnMissingBean
		ShadedNettyServerTransport grpcK8sShadedNettyServerTransport() {
			return new ShadedNettyServerTransport();
		}

		@Bean
		@ConditionalOnMissingBean
		ShadedNettyChannelTransport grpcK8sShadedNettyChannelTransport() {
			return new ShadedNettyChannelTransport();
		}

	}

	/**
	 * grpc-netty.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "io.grpc.netty.NettyServerBuilder")
	static class Netty {

		@Bean
		@ConditionalOnMissingBean
		NettyServerTransport grpcK8sNettyServerTransport() {
			return new NettyServerTransport();
		}

		@Bean
		@ConditionalOnMissingBean
		NettyChannelTransport grpcK8sNettyChannelTransport() {
			return new NettyChannelTransport();
		}

	}

}
