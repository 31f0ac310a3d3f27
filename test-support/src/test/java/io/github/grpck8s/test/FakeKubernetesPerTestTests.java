package io.github.grpck8s.test;

import java.util.HashSet;
import java.util.Set;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Another API for each test.
 */
class FakeKubernetesPerTestTests {

	private static final Set<FakeKubernetes> SEEN = new HashSet<>();

	@RegisterExtension
	final FakeKubernetesExtension extension = new FakeKubernetesExtension();

	@RepeatedTest(2)
	void isNewAndEmpty(FakeKubernetes kubernetes) throws Exception {
		assertThat(SEEN.add(kubernetes)).isTrue();
		assertThat(new ApiClient(kubernetes).list("").body()).contains("\"items\":[]");
		kubernetes.service("shop", "users").scale(1);
	}

}
