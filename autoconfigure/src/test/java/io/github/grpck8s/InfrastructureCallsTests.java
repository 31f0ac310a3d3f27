package io.github.grpck8s;

import java.util.stream.Stream;

import io.grpc.ServiceDescriptor;
import io.grpc.channelz.v1.ChannelzGrpc;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which calls are about the infrastructure.
 */
class InfrastructureCallsTests {

	static Stream<ServiceDescriptor> services() {
		return Stream.of(HealthGrpc.getServiceDescriptor(), ChannelzGrpc.getServiceDescriptor(),
				ProtoReflectionServiceV1.newInstance().bindService().getServiceDescriptor());
	}

	@ParameterizedTest
	@MethodSource("services")
	void everyMethodOfTheseServicesIs(ServiceDescriptor service) {
		assertThat(service.getMethods()).isNotEmpty()
			.allSatisfy((method) -> assertThat(InfrastructureCalls.contains(method)).as("%s", method).isTrue());
	}

	@ParameterizedTest
	@ValueSource(strings = { "grpc.reflection.v1alpha.ServerReflection", "grpc.health.v2.Health" })
	void olderAndNewerOnesAre(String service) {
		assertThat(InfrastructureCalls.containsService(service)).isTrue();
	}

	@ParameterizedTest
	@NullAndEmptySource
	@ValueSource(strings = { "users.v1.UserService", "grpc.healthy.v1.Health", "Health",
			"my.grpc.reflection.v1.ServerReflection" })
	void noOtherIs(@Nullable String service) {
		assertThat(InfrastructureCalls.containsService(service)).isFalse();
	}

}
