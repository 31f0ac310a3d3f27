package io.github.grpck8s.test;

import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One API for a class, healed between its tests.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FakeKubernetesExtensionTests {

	@RegisterExtension
	static final FakeKubernetesExtension EXTENSION = new FakeKubernetesExtension();

	@Test
	@Order(1)
	void parameterIsTheSharedOne(FakeKubernetes kubernetes) throws Exception {
		assertThat(kubernetes).isSameAs(EXTENSION.kubernetes());
		kubernetes.inject(Fault.forbidden());
		assertThat(new ApiClient(kubernetes).list("").statusCode()).isEqualTo(403);
	}

	@Test
	@Order(2)
	void faultsOfTheTestBeforeAreHealed() throws Exception {
		assertThat(new ApiClient(EXTENSION.kubernetes()).list("").statusCode()).isEqualTo(200);
		assertThat(EXTENSION.kubernetes().lists()).as("the same API").isEqualTo(2);
	}

}
