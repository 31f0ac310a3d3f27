package io.github.grpck8s.benchmarks.proxy;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class ProxyTests {

	@ParameterizedTest
	@EnumSource
	void settingsNameThePortAndAllServers(Proxy proxy) throws IOException {
		assertThat(RunningProxy.filled(proxy.settings(), 1001, List.of(2001, 2002, 2003)))
			.contains("1001", "2001", "2002", "2003")
			.doesNotContainPattern("@\\w+@");
	}

	@ParameterizedTest
	@EnumSource
	void whoIsNotInstalledIsNamedWithTheCommandThatInstallsIt(Proxy proxy) {
		assertThat(proxy.missing()).startsWith(proxy.title()).contains("benchmarks/prepare");
	}

}
