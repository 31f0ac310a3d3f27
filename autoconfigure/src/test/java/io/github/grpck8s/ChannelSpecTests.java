package io.github.grpck8s;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ChannelSpecTests {

	@ParameterizedTest
	@CsvSource({ "k8s:///users.shop:grpc, true", "K8S:users, true", "k8s-dns:///users.shop:grpc, true",
			"k8s-dns:users:9090, true", "k8s-other:///users, false", "dns:///users.shop, false", "k8s, false" })
	void targetsOfBothSchemesGoToThePodsOfAService(String target, boolean kubernetes) {
		assertThat(new ChannelSpec("users", target).isKubernetes()).isEqualTo(kubernetes);
	}

}
